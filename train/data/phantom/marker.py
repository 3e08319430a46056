"""The lead side marker: a bright L, initials and often a plate of plastic."""

from __future__ import annotations

import cv2
import numpy as np

from train.data.phantom.arrays import Plane

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_PLACES = ((0.11, 0.68), (0.11, 0.12), (0.12, 0.82), (0.10, 0.52), (0.13, 0.75), (0.86, 0.88))


def _letters(rng: np.random.Generator) -> str:
    return "".join(chr(int(code)) for code in rng.integers(65, 91, int(rng.integers(2, 4))))


def _plate(rng: np.random.Generator, side: int) -> tuple[Plane, Plane]:
    """Return lead and plastic of an upright marker in a square of `side` pixels."""
    lead, plastic = np.zeros((side, side), np.uint8), np.zeros((side, side), np.uint8)
    pen = side / 100
    if rng.random() < 0.7:
        cv2.rectangle(
            plastic, (int(24 * pen), int(6 * pen)), (int(76 * pen), int(94 * pen)), 255, -1
        )
    thick = max(round(float(rng.uniform(5, 9)) * pen), 1)
    thin = max(round(2.8 * pen), 1)
    cv2.putText(
        lead, "L", (int(34 * pen), int(56 * pen)), _FONT, 1.75 * pen, 255, thick, cv2.LINE_AA
    )
    style = rng.integers(0, 4)
    if style < 3:
        where = (int(29 * pen), int(82 * pen))
        cv2.putText(lead, _letters(rng), where, _FONT, 0.72 * pen, 255, thin, cv2.LINE_AA)
    if style == 3:
        centre = (int(50 * pen), int(76 * pen))
        cv2.circle(lead, centre, int(11 * pen), 255, thin, cv2.LINE_AA)
        cv2.circle(lead, centre, max(int(3 * pen), 1), 255, -1, cv2.LINE_AA)
    return lead.astype(np.float32) / 255, plastic.astype(np.float32) / 255


def add_marker(attenuation: Plane, rng: np.random.Generator) -> None:
    """Lay a marker on the picture, where it covers the hand least."""
    height, width = attenuation.shape
    if rng.random() < 0.06:
        return
    side = int(height * rng.uniform(0.11, 0.23))
    lead, plastic = _plate(rng, side)
    angle = float(rng.normal(0, 14)) + (90.0 if rng.random() < 0.1 else 0.0)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), angle, 1.0)
    lead, plastic = (cv2.warpAffine(part, turn, (side, side)) for part in (lead, plastic))
    dense, faint = np.float32(rng.uniform(110, 260)), np.float32(rng.uniform(1.5, 6))
    best: tuple[float, int, int] | None = None
    for place in rng.permutation(len(_PLACES))[:4]:
        x, y = _PLACES[place] + rng.normal(0, 0.012, 2)
        left = int(np.clip(x * width - side / 2, -side * 0.25, width - side * 0.75))
        top = int(np.clip(y * height - side / 2, -side * 0.1, height - side * 0.9))
        covered = float(attenuation[max(top, 0) : top + side, max(left, 0) : left + side].mean())
        if best is None or covered < best[0] - 0.3:
            best = (covered, left, top)
    assert best is not None
    _, left, top = best
    rows, columns = (
        slice(max(top, 0), min(top + side, height)),
        slice(max(left, 0), min(left + side, width)),
    )
    part = (
        slice(rows.start - top, rows.stop - top),
        slice(columns.start - left, columns.stop - left),
    )
    attenuation[rows, columns] += faint * plastic[part]
    attenuation[rows, columns] += (dense - attenuation[rows, columns]) * lead[part]
