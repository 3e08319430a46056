"""OpenCV: a 2D filter for each sample, float32, then the codes in NumPy.

OpenCV itself computes LBP inside `cv2.face` only (`elbp` of LBPHFaceRecognizer, in the contrib
modules), and hands out histograms, not codes.
"""

from functools import cache

import cv2
import numpy as np

from benchmarks.programs.circle import rotation_table, samples, smallest_rotation

cv2.setNumThreads(1)

TIE = -1e-4  # float32 weights do not add up to 1; OpenCV's own elbp allows for that, too


def local_binary_pattern(image: np.ndarray, P: int, R: float, method: str) -> np.ndarray:
    assert method == "ror"
    codes = np.zeros(image.shape, np.uint8 if P <= 8 else np.uint32)
    for p, kernel in enumerate(kernels(P, R)):
        difference = cv2.filter2D(image, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT)
        codes |= (difference >= TIE).astype(codes.dtype) << codes.dtype.type(p)
    return cv2.LUT(codes, rotation_table(P)) if P == 8 else smallest_rotation(codes, P)


@cache
def kernels(P: int, R: float) -> list[np.ndarray]:
    """Bilinear weights of each sample, less one at the centre."""
    margin = int(np.ceil(R)) + 1
    found = []
    for top, left, down, right in samples(P, R):
        kernel = np.zeros((2 * margin + 1, 2 * margin + 1), np.float32)
        taps = np.outer((1 - down, down), (1 - right, right))
        kernel[margin + top : margin + top + 2, margin + left : margin + left + 2] = taps
        kernel[margin, margin] -= 1
        found.append(np.ascontiguousarray(kernel[1:-1, 1:-1]))  # the outermost taps weigh nothing
    return found
