"""Pictures of a data set: the ages in it, and what its films look like."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure

from train.age_classes import NUM_CLASSES, class_from_months
from train.files import write_atomically
from train.report.plots import groups_by_sex, save_figure

TILE, CAPTION = 160, 18


def plot_ages(bone_age_months: np.ndarray, is_male: np.ndarray | None, path: Path) -> None:
    """Histogram of (N,) ages in one-year classes, girls beside boys."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    groups = groups_by_sex(is_male, len(bone_age_months))
    axes.hist(
        [class_from_months(bone_age_months[members]) + 0.5 for members, _, _ in groups],
        bins=np.arange(NUM_CLASSES + 1),
        color=[colour for _, colour, _ in groups],
        label=[f"{name} ({members.sum()})" for members, _, name in groups],
    )
    axes.set(xlabel="bone age, years", ylabel="radiographs", xticks=np.arange(NUM_CLASSES + 1))
    axes.legend()
    axes.grid(alpha=0.3, axis="y")
    save_figure(figure, path)


def write_contact_sheet(
    films: Sequence[np.ndarray], captions: Sequence[str], num_columns: int, path: Path
) -> None:
    """Films (H, W) uint8 or uint16 side by side, each over its caption, as one grey PNG."""
    tiles = [_tile(film, text) for film, text in zip(films, captions, strict=True)]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % num_columns)
    rows = [
        np.hstack(tiles[start : start + num_columns]) for start in range(0, len(tiles), num_columns)
    ]
    sheet = np.vstack(rows)
    write_atomically(path, lambda temporary: cv2.imwrite(str(temporary), sheet))


def _tile(film: np.ndarray, caption: str) -> np.ndarray:
    height, width = film.shape
    scale = (TILE - 4) / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(film, size, interpolation=cv2.INTER_AREA).astype(np.float64)
    small *= 255 / max(small.max() if film.dtype == np.uint16 else 255, 1)
    tile = np.zeros((TILE + CAPTION, TILE), np.uint8)
    tile[2 : 2 + size[1], 2 : 2 + size[0]] = small
    place = (4, TILE + CAPTION - 5)
    return cv2.putText(tile, caption, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 200, 1, cv2.LINE_AA)
