"""Tables and plots from results that lie in a file; nothing here takes a time."""
