"""fastlbp: scikit-image's loops without its checks."""

from fastlbp.lbp import local_binary_pattern

__all__ = ["local_binary_pattern"]
