"""mahotas: rotation-invariant codes of its own interpolation."""

import numpy as np
from mahotas.features.lbp import lbp_transform


def local_binary_pattern(image: np.ndarray, P: int, R: float, method: str) -> np.ndarray:
    assert method == "ror"
    return lbp_transform(image, R, P, preserve_shape=True)
