"""Bone age from hand radiographs: train, judge and use a network (`python -m train`)."""
