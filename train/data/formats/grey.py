"""One grey channel from whatever channels a file has."""

from __future__ import annotations

import cv2
import numpy as np

from train.data.picture_file import PictureFile
from train.errors import UserError


def to_grey(
    picture: np.ndarray, path: PictureFile, *, alpha_is_applied: bool = False
) -> np.ndarray:
    """Reduce (H, W), (H, W, 3) BGR or (H, W, 4) BGRA, uint8 or uint16, to (H, W).

    Colour becomes its luminance .299 R + .587 G + .114 B (equal channels stay exactly what they
    are). A transparent picture is laid on black, the value of air.

    Args:
        picture: what a decoder gave.
        path: for the error.
        alpha_is_applied: the colours have been multiplied by alpha already.

    Raises:
        UserError: another number of channels, or everything is transparent.
    """
    if picture.ndim == 2:
        return picture
    num_channels = picture.shape[2]
    if num_channels not in (3, 4):
        raise UserError(f"{path}: has {num_channels} channels; expected 1, 3 or 4")
    grey = _luminance(picture[..., :3])
    if num_channels == 3:
        return grey
    alpha = picture[..., 3]
    if not alpha.any():
        raise UserError(f"{path}: everything is transparent; save it without an alpha channel")
    return grey if alpha_is_applied else _on_black(grey, alpha)


def _luminance(colours: np.ndarray) -> np.ndarray:
    blue, green, red = (colours[..., channel] for channel in range(3))
    if np.array_equal(blue, green) and np.array_equal(green, red):
        return np.ascontiguousarray(blue)
    return cv2.cvtColor(np.ascontiguousarray(colours), cv2.COLOR_BGR2GRAY)


def _on_black(grey: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    opaque = int(np.iinfo(grey.dtype).max)
    product = grey.astype(np.uint64) * alpha
    return ((product + opaque // 2) // opaque).astype(grey.dtype)
