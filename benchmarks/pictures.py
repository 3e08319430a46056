"""The pictures that are timed: a real radiograph where there is one, otherwise a drawn hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from train.data.decode import decode
from train.data.phantom import draw_hand

REPOSITORY = Path(__file__).parents[1]
REAL_DATA = Path(os.environ.get("RIL_DATA", REPOSITORY.parent / "shared" / "data"))


class Picture(NamedTuple):
    """(H, W) uint8 and where it comes from."""

    pixels: np.ndarray
    source: str


def real_radiographs() -> list[Path]:
    """The files of `rsna_halfres` below RIL_DATA; none where there are none."""
    return sorted((REAL_DATA / "rsna_halfres").glob("*.png"))


def radiograph() -> Picture:
    """The real radiograph with the most detail both ways, or a drawn hand."""
    files = real_radiographs()
    if not files:
        return Picture(draw_hand(96, True, seed=3, size=1024), "phantom, boy of 8 years, seed 3")
    most = max(((min(pixels.shape), file, pixels) for file, pixels in decoded(files)))
    return Picture(most[2], f"RSNA {most[1].stem}, half of its original resolution")


def decoded(files: list[Path]) -> Iterator[tuple[Path, np.ndarray]]:
    """Each file with its 8-bit pixels."""
    for file in files:
        yield file, decode(file)


def square(picture: np.ndarray, size: int, dtype: str) -> np.ndarray:
    """The central square of (H, W) uint8 at (size, size) of `dtype`, uint8 or uint16.

    uint16 uses the whole range: what lies between two grey levels after resizing is kept.
    """
    height, width = picture.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    pixels = picture[top : top + side, left : left + side].astype(dtype)
    if dtype == "uint16":
        pixels *= 257
    interpolation = cv2.INTER_AREA if side > size else cv2.INTER_CUBIC
    return cv2.resize(pixels, (size, size), interpolation=interpolation)


def batch(picture: np.ndarray, count: int, size: int) -> np.ndarray:
    """(count, size, size) uint8: the square, turned and mirrored so that neighbours differ."""
    one = square(picture, size, "uint8")
    turned = [np.rot90(mirrored, k) for mirrored in (one, one[:, ::-1]) for k in range(4)]
    return np.stack([turned[n % len(turned)] for n in range(count)])
