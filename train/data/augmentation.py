"""Random geometry and exposure for training.

Both come before the texture channels: twelve of the 36 rotation-invariant codes change under a
mirror, interpolated codes mean nothing, and a faint film has flat patches where others have shades.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from train.errors import require

FAINTEST = 1 / 8
"""Contrast of the faintest films that are made; RSNA's oldest have about a sixth of the others'."""
GREYEST = 64
"""Brightest air around a hand on them, of 255."""


class Exposure(NamedTuple):
    """A fainter film: every level but black becomes (contrast * level + lift) // 256.

    In integers, so that all ways to compute it agree.
    """

    contrast: int
    lift: int

    def __call__(self, canvas: np.ndarray) -> np.ndarray:
        """(h, w) uint8 or uint16 -> same; the lift is that of 8 bits."""
        lift = self.lift if canvas.dtype == np.uint8 else self.lift * 257
        fainter = (canvas.astype(np.int64) * self.contrast + lift) >> 8
        return np.where(canvas > 0, fainter, 0).astype(canvas.dtype)


AS_IT_IS = Exposure(256, 0)


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """Ranges of random changes; all zeros leave pictures as they are."""

    rotation_degrees: float = 0.0
    """Rotation, uniform within plus or minus so many degrees."""
    scale: float = 0.0
    """Magnification, uniform within 1 plus or minus this."""
    translation: float = 0.0
    """Shift along each axis, uniform within plus or minus this fraction of the side."""
    flip_probability: float = 0.0
    """How often (0..1) a picture is mirrored left to right."""
    faint_probability: float = 0.0
    """How often (0..1) a picture is made a faint film: little contrast on grey."""

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
        for name in ("flip_probability", "faint_probability"):
            value = getattr(self, name)
            require(0 <= value <= 1, f"{name} must be 0..1", value)

    def __call__(self, canvas: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Transform a square canvas (h, h), uint8 or uint16; black comes in from outside."""
        matrix = self.matrix(canvas.shape[0], rng)
        if matrix is None:
            return canvas
        moved = cv2.warpAffine(canvas, matrix, canvas.shape, flags=cv2.INTER_LINEAR)
        exposure = self.exposure(rng)
        return moved if exposure == AS_IT_IS else exposure(moved)

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

    def exposure(self, rng: np.random.Generator) -> Exposure:
        """What happens to the levels; to be drawn after `matrix`."""
        if rng.random() >= self.faint_probability:
            return AS_IT_IS
        contrast = FAINTEST ** rng.random()
        return Exposure(round(256 * contrast), round(256 * GREYEST * (1 - contrast) * rng.random()))
