"""Where the hand lies in the picture."""

from __future__ import annotations

import numpy as np

from train.data.phantom.arrays import FloatArray
from train.data.phantom.collimation import Collimation
from train.data.phantom.imaging import Imaging
from train.data.phantom.skeleton import Skeleton, rotation


def frame(
    skeleton: Skeleton,
    imaging: Imaging,
    collimation: Collimation,
    shape: tuple[int, int],
    turn: float,
) -> Skeleton:
    """Return the skeleton rotated, scaled and shifted into the open field of the picture."""
    corner = collimation.low * shape[::-1]
    field = collimation.high * shape[::-1] - corner
    turned = skeleton.moved(rotation(turn), np.zeros(2), 1.0)
    fingers = np.concatenate(list(turned.rays.values()))
    flesh = 24 * skeleton.proportions.finger_flesh
    low, high = fingers.min(axis=0) - flesh, fingers.max(axis=0) + flesh
    axis = turned.forearm[1] - turned.forearm[0]
    cut: FloatArray = turned.forearm[0] + axis / np.hypot(*axis) * imaging.forearm
    reach = 60 * skeleton.proportions.wrist_flesh
    side = np.array([reach, 0.0])
    low, high = np.minimum(low, cut - side), np.maximum(high, cut + side)
    room = high - low
    filled = skeleton.proportions.size_in_frame
    unit = filled * float((field * [imaging.fill_width, imaging.fill_height] / room).min())
    free = field - unit * room
    # The forearm leaves the picture at its lower edge: vertical room goes mostly above.
    offset = corner + free * [imaging.shift[0], 0.75 + 0.25 * imaging.shift[1]] - unit * low
    return turned.moved(unit * np.eye(2), offset, unit)
