"""Whether windows fall on the regions that experts read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from train.metrics.evaluation import Mean

MEASURES = ["centre_covered", "area_covered", "centre_distance"]
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
    centre_distance: float


@dataclass(frozen=True)
class WindowCoverage:
    """Agreement of windows with experts' boxes on some radiographs.

    Attributes:
        centre_covered: as of a region, mean over radiographs of the mean over their boxes.
        area_covered: likewise.
        centre_distance: likewise.
        idle_windows: share of windows in which there is no centre of a box.
        picture_covered: share of the letterboxed square that lies under some window: roughly what
            a box drawn anywhere would be covered by.
        regions: by name.
    """

    num_radiographs: int
    num_boxes: int
    centre_covered: Mean
    area_covered: Mean
    centre_distance: Mean
    idle_windows: float
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
    boxes = pd.concat(
        [
            _judge_boxes(*of_one, radiograph)
            for radiograph, of_one in enumerate(zip(theta, corners, regions, strict=True))
        ]
    )
    means = boxes.groupby("radiograph")[MEASURES].mean()
    by_region = boxes.groupby("region")
    return WindowCoverage(
        num_radiographs=len(theta),
        num_boxes=len(boxes),
        **{measure: Mean.of(means[measure].to_numpy()) for measure in MEASURES},
        idle_windows=float(np.mean([_idle(*pair) for pair in zip(theta, corners, strict=True)])),
        picture_covered=float(np.mean([_picture_covered(windows) for windows in theta])),
        regions=tuple(
            RegionCoverage(region, len(found), **found[MEASURES].mean().to_dict())
            for region, found in by_region
        ),
    )


def _judge_boxes(
    theta: np.ndarray, corners: np.ndarray, regions: Sequence[str], radiograph: int
) -> pd.DataFrame:
    """The measures of each box of a radiograph."""
    centres = _centres(corners)
    distances = np.linalg.norm(centres[:, None] - theta[:, 1:], axis=2).min(axis=1)
    return pd.DataFrame(
        {
            "radiograph": radiograph,
            "region": regions,
            "centre_covered": _is_inside(centres, theta).any(axis=1).astype(np.float64),
            "area_covered": _area_covered(corners, theta),
            "centre_distance": distances / 2,  # the square's side is 2
        }
    )


def _centres(corners: np.ndarray) -> np.ndarray:
    return (corners[:, :2] + corners[:, 2:]) / 2


def _is_inside(points: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """(M, 2) points, (N, 3) windows -> (M, N) bool."""
    return (np.abs(points[:, None] - theta[:, 1:]) <= theta[:, :1]).all(axis=2)


def _area_covered(corners: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Share of each box that the window which shows most of it shows."""
    scale, position = theta[:, :1], theta[:, 1:]
    low = np.maximum(corners[:, None, :2], position - scale)
    high = np.minimum(corners[:, None, 2:], position + scale)
    shown = np.clip(high - low, 0, None).prod(axis=2).max(axis=1)
    return shown / (corners[:, 2:] - corners[:, :2]).prod(axis=1)


def _idle(theta: np.ndarray, corners: np.ndarray) -> float:
    return float(1 - _is_inside(_centres(corners), theta).any(axis=0).mean())


def _picture_covered(theta: np.ndarray) -> float:
    along = (2 * np.arange(NUM_POINTS) + 1) / NUM_POINTS - 1
    points = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
    return float(_is_inside(points, theta).any(axis=1).mean())
