"""Look at every picture of a data set before anything is trained on it."""
