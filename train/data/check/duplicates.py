"""Find pictures that are the same film, saved again."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

SIDE = 32
SAME_FILM_ABOVE = 0.96
"""Correlation. Copies made smaller, brighter or into a JPEG are above; no two of the 12,611 RSNA
films are (`experiments/README.md`)."""

_BLOCK_ROWS = 1024


def fingerprint(picture: np.ndarray) -> np.ndarray:
    """(H, W) uint8 or uint16 -> (1024,) float32 of length 1 (0 of a blank picture).

    The picture at 32 x 32 without its coarse shades: scale, brightness, contrast and compression
    change it little. The product of two fingerprints is their correlation.
    """
    small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    detail = small - cv2.GaussianBlur(small, (0, 0), 3)
    detail -= detail.mean()
    return (detail / max(float(np.linalg.norm(detail)), 1e-9)).ravel()


def same_films(fingerprints: np.ndarray) -> Iterator[tuple[int, int]]:
    """Pairs of rows (i, j), i < j, of (N, 1024) fingerprints that are of the same film."""
    for start in range(0, len(fingerprints), _BLOCK_ROWS):
        block = fingerprints[start : start + _BLOCK_ROWS]
        correlation = np.triu(block @ fingerprints[start:].T, k=1)
        for i, j in np.argwhere(correlation > SAME_FILM_ABOVE):
            yield start + int(i), start + int(j)
