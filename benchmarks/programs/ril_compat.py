"""scikit-image's function, computed by ril."""

from ril.compat.skimage import local_binary_pattern

__all__ = ["local_binary_pattern"]
