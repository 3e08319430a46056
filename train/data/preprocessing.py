"""The one way from a radiograph to the network's input, saved with every checkpoint."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from train.data.letterbox import letterbox
from train.data.texture import Texture, texture_channels
from train.errors import require

CANVAS_VERSION = 3
"""To be raised when decoding, letterboxing or texture gives other pixels, so that packs made before
are known to be old."""

MAX_SIZE = 4096
"""Films are scanned at up to some 3,000 pixels."""


@dataclass(frozen=True, kw_only=True)
class Preprocessor:
    """Radiograph -> letterboxed canvas -> texture channels."""

    size: int = 224
    """Side of the square canvas in pixels."""
    texture: Texture = "mixed"
    """What it sees: grey, one of the paper's codes, codes of several scales, or grey with codes."""

    def __post_init__(self) -> None:
        require(self.size >= 32, "size must be at least 32 pixels", self.size)
        require(self.size <= MAX_SIZE, f"size must be at most {MAX_SIZE} pixels", self.size)

    def canvas_settings(self) -> dict[str, Any]:
        """All that decides `canvas`: what a pack of letterboxed pictures must agree with."""
        settings = {"version": CANVAS_VERSION, **asdict(self)}
        del settings["texture"]
        return settings

    def canvas(self, radiograph: np.ndarray) -> np.ndarray:
        """(H, W) uint8 or uint16 -> (size, size), same dtype. Augmentation works on this."""
        return letterbox(radiograph, self.size)

    def channels(self, canvas: np.ndarray) -> np.ndarray:
        """(size, size) -> (3, size, size) uint8."""
        return texture_channels(canvas, self.texture)

    def __call__(self, radiograph: np.ndarray) -> np.ndarray:
        """(H, W) uint8 or uint16 -> (3, size, size) uint8."""
        return self.channels(self.canvas(radiograph))
