"""The field that the collimator leaves open, and what lies around it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from train.data.phantom.arrays import FloatArray, Plane
from train.data.phantom.faults import Faults
from train.data.phantom.streams import bounded_normal, stream


@dataclass(frozen=True)
class Collimation:
    """Positions are relative to the picture."""

    low: FloatArray  # upper left corner of the field
    high: FloatArray  # lower right corner
    turn: float  # of the field about the middle of the picture, radians
    outside: float | None  # grey value around the field, 0..1; None where nothing is around it
    softness: float  # of the field's edge
    strip: tuple[int, float] | None  # a white edge: its side (0..3) and its width


def draw_collimation(seed: int, faults: Faults) -> Collimation:
    """Return the collimation of a seed."""
    rng = stream(seed, "collimation")
    wide = rng.random() < 0.25
    turn = (0.06 if rng.random() < 0.2 else 0.012) * bounded_normal(rng)
    inset = rng.uniform(0.02, 0.13 if wide else 0.05, 4) + 0.5 * abs(turn)
    dark, light = float(rng.uniform(0.0, 0.05)), float(rng.uniform(0.25, 1.0))
    softness, all_around = float(rng.uniform(0.001, 0.006)), rng.random() < 0.5
    side, width = int(rng.integers(4)), float(rng.uniform(0.004, 0.05))
    framed = faults.dark_frame or (faults.bright_frame and all_around)
    return Collimation(
        low=inset[:2] if framed else np.zeros(2),
        high=1.0 - inset[2:] if framed else np.ones(2),
        turn=turn,
        outside=(dark if faults.dark_frame else light) if framed else None,
        softness=softness,
        strip=(side, width) if faults.bright_frame and not all_around else None,
    )


def _close_shutters(picture: Plane, collimation: Collimation) -> Plane:
    height, width = picture.shape
    (left, top), (right, bottom) = collimation.low, collimation.high
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)]) - 0.5
    cos, sin = np.cos(collimation.turn), np.sin(collimation.turn)
    corners = corners @ np.array([(cos, sin), (-sin, cos)]) + 0.5
    mask = np.zeros(picture.shape, np.uint8)
    fixed = np.rint(corners * (width, height) * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
    penumbra = 2 * round(collimation.softness * height) + 1
    inside = cv2.blur(mask, (penumbra, penumbra)).astype(np.float32)
    inside *= np.float32(1 / 255)
    picture = picture - np.float32(collimation.outside)
    picture *= inside
    picture += np.float32(collimation.outside)
    return picture


def _whiten_edge(picture: Plane, side: int, width: float) -> None:
    turned = np.rot90(picture, side)
    strip = max(round(width * picture.shape[0]), 1)
    ramp = np.linspace(1.0, 0.3, strip, dtype=np.float32)
    turned[:, :strip] = np.maximum(turned[:, :strip], ramp)


def collimate(picture: Plane, collimation: Collimation) -> Plane:
    """Return a picture of grey values 0..1 with what lies around the field."""
    if collimation.outside is not None:
        picture = _close_shutters(picture, collimation)
    if collimation.strip is not None:
        _whiten_edge(picture, *collimation.strip)
    return picture
