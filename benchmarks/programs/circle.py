"""What the programs written by hand share: where the samples lie, and the rotation minimum."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

TABLE_P = 16  # up to here a table of all codes is what one would write


class Sample(NamedTuple):
    """Top left tap and how far the sample lies below and to the right of it, in pixels."""

    top: int
    left: int
    down: float
    right: float


def samples(P: int, R: float) -> list[Sample]:
    """Counter-clockwise from the right."""
    found = []
    for p in range(P):
        row = round(-R * np.sin(2 * np.pi * p / P), 12)
        column = round(R * np.cos(2 * np.pi * p / P), 12)
        top, left = int(np.floor(row)), int(np.floor(column))
        found.append(Sample(top, left, row - top, column - left))
    return found


def smallest_rotation(codes: np.ndarray, P: int) -> np.ndarray:
    """Of each uint32 code: by table while the table is small, else by rotating."""
    return rotation_table(P)[codes] if P <= TABLE_P else rotated_minimum(codes, P)


@cache
def rotation_table(P: int) -> np.ndarray:
    """(2**P,) the smallest rotation of every code."""
    smallest = rotated_minimum(np.arange(2**P, dtype=np.uint32), P)
    return smallest.astype(np.uint8 if P <= 8 else np.uint16)


def rotated_minimum(codes: np.ndarray, P: int) -> np.ndarray:
    """The minimum over P rotations by one bit."""
    smallest, rotated = codes.copy(), codes
    for _ in range(P - 1):
        rotated = (rotated >> np.uint32(1)) | ((rotated & np.uint32(1)) << np.uint32(P - 1))
        np.minimum(smallest, rotated, out=smallest)
    return smallest
