"""Train a network and run it: optimiser, loop, checkpoints, inference."""
