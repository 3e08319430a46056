"""Tables and plots from figures; nothing here loads a network."""
