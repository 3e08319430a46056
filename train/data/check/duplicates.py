"""Find pictures that are the same film, saved again."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

SIDE = 32
SAME_FILM_ABOVE = 0.96
"""Correlation. Copies made smaller, brighter or into a JPEG are above; no two of the 12,611 RSNA
films are (`experiments/README.md`)."""
CUT = 0.02
"""Part of height and width that copies often lack at each edge."""

_BLOCK_ROWS = 1024


def fingerprint(picture: np.ndarray) -> np.ndarray:
    """(H, W) uint8 or uint16 -> (2, 1024) float32: of the picture, and of it with its edges cut.

    Each is the picture at 32 x 32 without its coarse shades, of length 1 (0 of a blank picture):
    scale, brightness, contrast and compression change it little. The product of two of them is
    their correlation.
    """
    down, across = (round(CUT * side) for side in picture.shape)
    cut = picture[down : len(picture) - down, across : picture.shape[1] - across]
    return np.stack([_detail(picture), _detail(cut)])


def _detail(picture: np.ndarray) -> np.ndarray:
    small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    detail = small - cv2.GaussianBlur(small, (0, 0), 3)
    detail -= detail.mean()
    return (detail / max(float(np.linalg.norm(detail)), 1e-9)).ravel()


def same_films(fingerprints: np.ndarray) -> Iterator[tuple[int, int]]:
    """Pairs of rows (i, j), i < j, of (N, 2, 1024) fingerprints that are of the same film."""
    whole, cut = fingerprints[:, 0], fingerprints[:, 1]
    for start in range(0, len(fingerprints), _BLOCK_ROWS):
        rows, others = slice(start, start + _BLOCK_ROWS), slice(start, None)
        correlation = whole[rows] @ whole[others].T
        np.maximum(correlation, whole[rows] @ cut[others].T, out=correlation)
        np.maximum(correlation, cut[rows] @ whole[others].T, out=correlation)
        for i, j in np.argwhere(np.triu(correlation, k=1) > SAME_FILM_ABOVE):
            yield start + int(i), start + int(j)
