"""Fit a picture into a square without changing its aspect ratio."""

from __future__ import annotations

import cv2
import numpy as np


def letterbox(radiograph: np.ndarray, size: int) -> np.ndarray:
    """Resize so that the longest side is `size`, centred on black.

    Args:
        radiograph: (H, W) uint8 or uint16, neither side 0.
        size: side of the square in pixels.

    Returns:
        (size, size), same dtype. Shrinking averages areas, enlarging interpolates linearly.
    """
    height, width = radiograph.shape
    longest = max(height, width)
    new_height = max(1, round(height * size / longest))
    new_width = max(1, round(width * size / longest))
    interpolation = cv2.INTER_AREA if longest > size else cv2.INTER_LINEAR
    resized = cv2.resize(radiograph, (new_width, new_height), interpolation=interpolation)
    canvas = np.zeros((size, size), dtype=radiograph.dtype)
    top, left = (size - new_height) // 2, (size - new_width) // 2
    canvas[top : top + new_height, left : left + new_width] = resized
    return canvas
