"""A picture as the directions of its gradients (HOG), which turn and invert with the picture."""

from __future__ import annotations

import cv2
import numpy as np

from train.data.film.poses import Pose

SIDE = 64
NUM_CELLS = 8
NUM_DIRECTIONS = 16
NUM_FEATURES = NUM_CELLS * NUM_CELLS * NUM_DIRECTIONS

_ENERGY_FLOOR = 1e-3


def direction_histograms(picture: np.ndarray) -> np.ndarray:
    """Signed gradient directions in 8 x 8 cells.

    Args:
        picture: (H, W) uint8 or uint16, of more than one value.

    Returns:
        (8, 8, 16) float64: per cell, how much the picture rises towards each direction, in steps of
        22.5 degrees from the right, clockwise; in units of what surrounds the cell.
    """
    canvas = _canvas(picture)
    across, down = np.zeros_like(canvas), np.zeros_like(canvas)
    across[:, 1:-1] = canvas[:, 2:] - canvas[:, :-2]
    down[1:-1] = canvas[2:] - canvas[:-2]
    strength = np.hypot(across, down)
    direction = np.arctan2(down, across) / (2 * np.pi) * NUM_DIRECTIONS
    lower = np.floor(direction).astype(np.int64)
    upper_share = direction - lower
    histograms = _sum_in_cells(lower, strength * (1 - upper_share))
    histograms += _sum_in_cells(lower + 1, strength * upper_share)
    energy = cv2.blur((histograms**2).sum(axis=2), (3, 3))
    return np.sqrt(histograms / np.sqrt(energy + _ENERGY_FLOOR)[..., np.newaxis])


def as_if_righted(histograms: np.ndarray, pose: Pose) -> np.ndarray:
    """What `direction_histograms` would give of the picture with `pose` undone."""
    if pose.is_inverted:
        histograms = np.roll(histograms, NUM_DIRECTIONS // 2, axis=2)
    turned = np.rot90(histograms, -pose.quarter_turns)
    turned = np.roll(turned, pose.quarter_turns * NUM_DIRECTIONS // 4, axis=2)
    if pose.is_mirrored:
        opposite = (NUM_DIRECTIONS // 2 - np.arange(NUM_DIRECTIONS)) % NUM_DIRECTIONS
        turned = turned[:, ::-1, opposite]
    return turned


def _canvas(picture: np.ndarray) -> np.ndarray:
    """(64, 64) float64 in 0..1: the whole picture, its edges drawn out without a gradient."""
    height, width = picture.shape
    longest = max(height, width)
    size = (max(1, round(width * SIDE / longest)), max(1, round(height * SIDE / longest)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float64)
    small = (small - small.min()) / max(small.max() - small.min(), 1e-12)
    top, left = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    return cv2.copyMakeBorder(
        small, top, SIDE - size[1] - top, left, SIDE - size[0] - left, cv2.BORDER_REPLICATE
    )


def _sum_in_cells(direction: np.ndarray, strength: np.ndarray) -> np.ndarray:
    cell = np.arange(SIDE) * NUM_CELLS // SIDE
    place = cell[:, np.newaxis] * NUM_CELLS + cell
    bins = place * NUM_DIRECTIONS + direction % NUM_DIRECTIONS
    sums = np.bincount(bins.ravel(), strength.ravel(), NUM_FEATURES)
    return sums.reshape(NUM_CELLS, NUM_CELLS, NUM_DIRECTIONS)
