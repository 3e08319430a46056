"""scikit-image: compiled, float64, constant border."""

from skimage.feature import local_binary_pattern

__all__ = ["local_binary_pattern"]
