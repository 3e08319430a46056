"""Random geometry for training.

It comes before the texture channels, because twelve of the 36 rotation-invariant codes change
under a mirror, and interpolated codes mean nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from train.errors import require


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """Ranges of a random similarity transform; all zeros leave pictures as they are."""

    rotation_degrees: float = 0.0
    """Rotation, uniform within plus or minus so many degrees."""
    scale: float = 0.0
    """Magnification, uniform within 1 plus or minus this."""
    translation: float = 0.0
    """Shift along each axis, uniform within plus or minus this fraction of the side."""
    flip_probability: float = 0.0
    """How often (0..1) a picture is mirrored left to right."""

    def __post_init__(self) -> None:
        require(
            0 <= self.rotation_degrees <= 180,
            "rotation_degrees must be 0..180",
            self.rotation_degrees,
        )
        require(0 <= self.scale < 1, "scale must be at least 0 and below 1", self.scale)
        require(
            0 <= self.translation < 1,
            "translation must be at least 0 and below 1",
            self.translation,
        )
        require(
            0 <= self.flip_probability <= 1, "flip_probability must be 0..1", self.flip_probability
        )

    def __call__(self, canvas: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Transform a square canvas (h, h), uint8 or uint16; black comes in from outside."""
        matrix = self.matrix(canvas.shape[0], rng)
        if matrix is None:
            return canvas
        return cv2.warpAffine(canvas, matrix, canvas.shape, flags=cv2.INTER_LINEAR)

    def matrix(self, size: int, rng: np.random.Generator) -> np.ndarray | None:
        """The transform (2, 3) of pixel coordinates (x, y); None leaves the picture as it is."""
        if self == Augmentation():
            return None
        centre = (size - 1) / 2
        degrees = rng.uniform(-self.rotation_degrees, self.rotation_degrees)
        factor = 1 + rng.uniform(-self.scale, self.scale)
        shift = rng.uniform(-self.translation, self.translation, size=2) * size
        matrix = cv2.getRotationMatrix2D((centre, centre), degrees, factor)
        matrix[:, 2] += shift
        if rng.random() < self.flip_probability:
            matrix[0] *= -1
            matrix[0, 2] += size - 1
        return matrix
