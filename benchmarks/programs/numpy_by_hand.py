"""The usual vectorised program: one shifted, interpolated picture a sample, float64."""

import numpy as np

from benchmarks.programs.circle import samples, smallest_rotation


def local_binary_pattern(image: np.ndarray, P: int, R: float, method: str) -> np.ndarray:
    assert method == "ror"
    margin = int(np.ceil(R)) + 1
    padded = np.pad(image.astype(np.float64), margin)
    height, width = image.shape
    codes = np.zeros(image.shape, np.uint32)
    for p, (top, left, down, right) in enumerate(samples(P, R)):
        top, left = top + margin, left + margin
        part = padded[top : top + height + 1, left : left + width + 1]
        rows = (1 - down) * part[:-1] + down * part[1:]
        sample = (1 - right) * rows[:, :-1] + right * rows[:, 1:]
        codes |= (sample >= image).astype(np.uint32) << np.uint32(p)
    return smallest_rotation(codes, P)
