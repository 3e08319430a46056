"""numba: the loops one would write in C, float64, compiled for this processor."""

import numba
import numpy as np

from benchmarks.programs.circle import samples


def local_binary_pattern(image: np.ndarray, P: int, R: float, method: str) -> np.ndarray:
    assert method == "ror"
    circle = samples(P, R)
    corners = np.array([(top, left) for top, left, _, _ in circle], np.int64)
    fractions = np.array([(down, right) for _, _, down, right in circle], np.float64)
    margin = int(np.ceil(R)) + 1
    return _codes(np.pad(image, margin).astype(np.float64), margin, corners, fractions)


@numba.njit("uint32[:, ::1](float64[:, ::1], int64, int64[:, ::1], float64[:, ::1])")
def _codes(padded, margin, corners, fractions):  # type: ignore[no-untyped-def]
    P = len(corners)
    height, width = padded.shape[0] - 2 * margin, padded.shape[1] - 2 * margin
    codes = np.empty((height, width), np.uint32)
    for i in range(height):
        for j in range(width):
            centre = padded[i + margin, j + margin]
            code = 0
            for p in range(P):
                row, column = i + margin + corners[p, 0], j + margin + corners[p, 1]
                down, right = fractions[p, 0], fractions[p, 1]
                above = (1 - right) * padded[row, column] + right * padded[row, column + 1]
                below = (1 - right) * padded[row + 1, column] + right * padded[row + 1, column + 1]
                if (1 - down) * above + down * below >= centre:
                    code |= 1 << p
            smallest = code
            for _ in range(P - 1):
                code = (code >> 1) | ((code & 1) << (P - 1))
                smallest = min(smallest, code)
            codes[i, j] = smallest
    return codes
