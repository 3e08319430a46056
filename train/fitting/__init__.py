"""A run of `fit`: how it begins, what it is trained on, and what it tells meanwhile."""
