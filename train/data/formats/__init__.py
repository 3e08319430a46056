"""What each file format asks for on the way to one grey picture."""
