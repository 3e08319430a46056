"""Turn a picture as its file says."""

from __future__ import annotations

import numpy as np

# EXIF code -> (mirror left-right first, quarter turns counter-clockwise after it)
_TURNS = {
    1: (False, 0),
    2: (True, 0),
    3: (False, 2),
    4: (True, 2),
    5: (True, 1),
    6: (False, 3),
    7: (True, 3),
    8: (False, 1),
}


def turned_upright(picture: np.ndarray, exif_orientation: int) -> np.ndarray:
    """The picture (H, W) as it is to be shown, by the EXIF code 1..8 of how it is stored."""
    mirrored, quarter_turns = _TURNS[exif_orientation]
    picture = picture[:, ::-1] if mirrored else picture
    return np.ascontiguousarray(np.rot90(picture, quarter_turns))
