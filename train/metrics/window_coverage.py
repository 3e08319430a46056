"""Whether windows fall on the regions that experts read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from train.metrics.evaluation import Mean

NUM_POINTS = 128
"""Points along a side with which the area under windows is measured."""


@dataclass(frozen=True)
class RegionCoverage:
    """How much of the boxes of one region the windows show.

    Attributes:
        centre_covered: share of boxes of which the centre is inside a window.
        area_covered: mean share of a box's area that the best single window shows: recognition sees
            windows one by one, so that two halves do not make a whole.
    """

    region: str
    num_boxes: int
    centre_covered: float
    area_covered: float


@dataclass(frozen=True)
class WindowCoverage:
    """Agreement of windows with experts' boxes on some radiographs.

    Attributes:
        centre_covered: as of a region, mean over radiographs of the mean over their boxes.
        area_covered: likewise.
        picture_covered: share of the letterboxed square that lies under some window: what a box
            drawn anywhere would be covered by, roughly.
        regions: by name.
    """

    num_radiographs: int
    num_boxes: int
    centre_covered: Mean
    area_covered: Mean
    picture_covered: float
    regions: tuple[RegionCoverage, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists."""
        return asdict(self)


def window_coverage(
    theta: np.ndarray, corners: Sequence[np.ndarray], regions: Sequence[Sequence[str]]
) -> WindowCoverage:
    """Compare windows with boxes.

    Args:
        theta: (V, N, 3) windows (s, t_x, t_y): the square of half side s around (t_x, t_y).
        corners: for each of V >= 1 radiographs, (K, 4) left, upper, right and lower edge of its
            K >= 1 boxes, in the coordinates of the windows.
        regions: for each radiograph, the K names of its boxes.
    """
    windows = [_corners(of_one) for of_one in theta.astype(np.float64)]
    centres = [_centre_covered(*pair) for pair in zip(windows, corners, strict=True)]
    areas = [_area_covered(*pair) for pair in zip(windows, corners, strict=True)]
    return WindowCoverage(
        num_radiographs=len(windows),
        num_boxes=sum(map(len, corners)),
        centre_covered=Mean.of(np.array([of_one.mean() for of_one in centres])),
        area_covered=Mean.of(np.array([of_one.mean() for of_one in areas])),
        picture_covered=float(np.mean([_picture_covered(of_one) for of_one in windows])),
        regions=_by_region(
            np.concatenate([np.array(names) for names in regions]),
            np.concatenate(centres),
            np.concatenate(areas),
        ),
    )


def _corners(theta: np.ndarray) -> np.ndarray:
    """(N, 3) windows -> (N, 4) corners."""
    scale, position = theta[:, :1], theta[:, 1:]
    return np.concatenate((position - scale, position + scale), axis=1)


def _is_inside(points: np.ndarray, windows: np.ndarray) -> np.ndarray:
    """(M, 2) points, (N, 4) windows -> (M,) bool: inside some window."""
    points = points[:, None]
    return ((points >= windows[:, :2]) & (points <= windows[:, 2:])).all(axis=2).any(axis=1)


def _centre_covered(windows: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    return _is_inside((boxes[:, :2] + boxes[:, 2:]) / 2, windows).astype(np.float64)


def _area_covered(windows: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Share of each box that the window which shows most of it shows."""
    low = np.maximum(boxes[:, None, :2], windows[:, :2])
    high = np.minimum(boxes[:, None, 2:], windows[:, 2:])
    shown = np.clip(high - low, 0, None).prod(axis=2).max(axis=1)
    return shown / (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)


def _picture_covered(windows: np.ndarray) -> float:
    along = (2 * np.arange(NUM_POINTS) + 1) / NUM_POINTS - 1
    points = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
    return float(_is_inside(points, windows).mean())


def _by_region(
    names: np.ndarray, centres: np.ndarray, areas: np.ndarray
) -> tuple[RegionCoverage, ...]:
    return tuple(
        RegionCoverage(
            region=str(name),
            num_boxes=int((names == name).sum()),
            centre_covered=float(centres[names == name].mean()),
            area_covered=float(areas[names == name].mean()),
        )
        for name in np.unique(names)
    )
