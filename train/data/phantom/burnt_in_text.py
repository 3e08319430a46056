"""What a machine writes into a picture: letters and digits at a corner."""

from __future__ import annotations

import cv2
import numpy as np

from train.data.phantom.arrays import Radiograph

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_SIGNS = "ABCDEFGHIKLMNOPRSTUVWXYZ0123456789 :/"


def burn_in_text(picture: Radiograph, rng: np.random.Generator) -> None:
    """Write one to three lines of white text into a corner of the picture, in place."""
    height, width = picture.shape
    line = max(round(height * float(rng.uniform(0.025, 0.05))), 6)
    scale, thick = line / 30, max(round(line / 12), 1)
    is_right, is_below = rng.random(2) < 0.5
    lines = [
        "".join(rng.choice(list(_SIGNS), rng.integers(4, 13))) for _ in range(rng.integers(1, 4))
    ]
    for k, text in enumerate(lines):
        left = width - cv2.getTextSize(text, _FONT, scale, thick)[0][0] - line // 2
        top = height - line * (len(lines) - k) if is_below else line * (k + 1)
        corner = (max(left, 0) if is_right else line // 2, top)
        cv2.putText(picture, text, corner, _FONT, scale, 255, thick, cv2.LINE_AA)
