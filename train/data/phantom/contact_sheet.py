"""A contact sheet of the phantom over all ages."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from train.data.phantom.arrays import Radiograph
from train.data.phantom.faults import USUAL_FAULTS, FaultProbabilities
from train.data.phantom.hand import draw_hand

AGES_YEARS = (0, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
_CAPTION = 22


def _tile(picture: Radiograph, text: str, height: int, width: int) -> Radiograph:
    tile = np.zeros((_CAPTION + height, width), np.uint8)
    left = (width - picture.shape[1]) // 2
    tile[_CAPTION : _CAPTION + picture.shape[0], left : left + picture.shape[1]] = picture
    cv2.putText(tile, text, (6, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 235, 1, cv2.LINE_AA)
    return tile


def _caption(is_male: bool, years: float) -> str:
    return f"{'boy' if is_male else 'girl'}, {years:g} y"


def contact_sheet(
    seed: int,
    *,
    ages_years: Sequence[float] = AGES_YEARS,
    num_columns: int = 10,
    size: int = 200,
    same_subject: bool = False,
    variety: float = 1.0,
    fault_probabilities: FaultProbabilities = USUAL_FAULTS,
) -> Radiograph:
    """Return girls' hands, then boys', by age with captions, as one grey picture.

    Args:
        seed: First seed; every picture gets its own unless `same_subject`.
        ages_years: The ages to show.
        num_columns: Pictures in a row.
        size: Longest side of every hand in pixels.
        same_subject: Show one subject growing up instead of many.
        variety: 0 exposes all films alike, 1 as variously as real films are.
        fault_probabilities: How often a film has each fault.
    """
    if not ages_years or num_columns < 1:
        raise ValueError("a contact sheet needs at least one age and one column")
    captions, pictures = [], []
    for is_male in (False, True):
        for k, years in enumerate(ages_years):
            own_seed = seed if same_subject else seed + 2 * k + is_male
            captions.append(_caption(is_male, years))
            pictures.append(
                draw_hand(
                    12 * years,
                    is_male,
                    own_seed,
                    size=size,
                    variety=variety,
                    fault_probabilities=fault_probabilities,
                )
            )
        missing = -len(pictures) % num_columns
        captions += [""] * missing
        pictures += [np.zeros((size, 1), np.uint8)] * missing
    width = max(picture.shape[1] for picture in pictures) + 2
    tiles = [_tile(*pair, size, width) for pair in zip(pictures, captions, strict=True)]
    starts = range(0, len(tiles), num_columns)
    return np.vstack([np.hstack(tiles[k : k + num_columns]) for k in starts])
