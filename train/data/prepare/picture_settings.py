"""What is made of each radiograph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np

from train.data.letterbox import letterbox
from train.data.prepare.stage_times import StageTimes
from train.data.preprocessing import Preprocessor
from train.data.texture import Texture, texture_picture

LBPStage = Literal["canvas", "source"]


@dataclass(frozen=True, kw_only=True)
class PictureSettings:
    """Radiograph -> letterboxed canvas, or its texture."""

    size: int
    texture: Texture | None
    """None keeps the canvas, 16 bits where it has them."""
    lbp_stage: LBPStage
    """Texture of the canvas; or of the radiograph as it is, padded to a square and then resized to
    the nearest code, as the paper did."""

    def to_json(self) -> dict[str, Any]:
        """`Manifest.canvas`: those of the canvas, and what was made of it."""
        settings = Preprocessor(size=self.size).canvas_settings()
        if self.texture is not None:
            settings |= {"texture": self.texture, "lbp_stage": self.lbp_stage}
        return settings

    def picture(self, radiograph: np.ndarray, times: StageTimes) -> np.ndarray:
        """(H, W) uint8 or uint16 -> (size, size), or (3, size, size) uint8 of some textures."""
        at_source = self.lbp_stage == "source"
        with times.stage("resize"):
            canvas = letterbox(radiograph, max(radiograph.shape) if at_source else self.size)
        if self.texture is None:
            return canvas
        return self.picture_of_canvas(canvas, times)

    def picture_of_canvas(self, canvas: np.ndarray, times: StageTimes) -> np.ndarray:
        """The same of a square; of another size than asked for where LBP comes first."""
        if self.texture is None:
            return canvas
        with times.stage("LBP"):
            picture = texture_picture(canvas, self.texture)
        if picture.shape[-1] == self.size:
            return picture
        with times.stage("resize"):
            return _nearest(picture, self.size)


def _nearest(picture: np.ndarray, size: int) -> np.ndarray:
    """(H, H) or (3, H, H) -> the codes nearest to the centres of `size` x `size` pixels."""
    if picture.ndim == 3:
        return np.stack([_nearest(channel, size) for channel in picture])
    return cv2.resize(picture, (size, size), interpolation=cv2.INTER_NEAREST_EXACT)
