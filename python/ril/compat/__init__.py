"""Other packages' operators with their signatures and their results, bit for bit."""
