"""A contact sheet of one subject, or several, over all ages."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from train.data.phantom.arrays import Radiograph
from train.data.phantom.hand import draw_hand

AGES_YEARS = (0, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
_CAPTION = 22


def _tile(picture: Radiograph, text: str, width: int) -> Radiograph:
    height = picture.shape[0]
    tile = np.zeros((height + _CAPTION, width), np.uint8)
    left = (width - picture.shape[1]) // 2
    tile[_CAPTION:, left : left + picture.shape[1]] = picture
    cv2.putText(tile, text, (6, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 235, 1, cv2.LINE_AA)
    return tile


def contact_sheet(
    seed: int,
    *,
    ages_years: Sequence[float] = AGES_YEARS,
    num_columns: int = 10,
    size: int = 200,
    same_subject: bool = False,
) -> Radiograph:
    """Return girls' hands, then boys', by age with captions, as one grey picture.

    Args:
        seed: First seed; every picture gets its own unless `same_subject`.
        ages_years: The ages to show.
        num_columns: Pictures in a row.
        size: Longest side of every hand in pixels.
        same_subject: Show one subject growing up instead of many.
    """
    rows = []
    width = size
    for is_male in (False, True):
        tiles = []
        for k, years in enumerate(ages_years):
            own = seed if same_subject else seed + 2 * k + is_male
            picture = draw_hand(12 * years, is_male, own, size=size)
            tiles.append(_tile(picture, f"{'boy' if is_male else 'girl'}, {years:g} y", width))
        blank = np.zeros_like(tiles[0])
        tiles += [blank] * (-len(tiles) % num_columns)
        rows += [np.hstack(tiles[k : k + num_columns]) for k in range(0, len(tiles), num_columns)]
    return np.vstack(rows)
