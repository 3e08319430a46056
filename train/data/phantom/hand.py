"""A procedural radiograph of the left hand whose ossification follows age."""

from __future__ import annotations

from math import isfinite
from operator import index

import cv2
import numpy as np

from train.data.phantom.arrays import FloatArray, Radiograph
from train.data.phantom.bones import bone_attenuation
from train.data.phantom.imaging import Imaging, add_noise, apply_borders, draw_imaging, expose
from train.data.phantom.marker import add_marker
from train.data.phantom.skeleton import Skeleton, build_skeleton, rotation
from train.data.phantom.soft_tissue import soft_tissue_attenuation
from train.data.phantom.streams import stream
from train.data.phantom.subject import draw_posture, draw_subject
from train.data.phantom.texture import grain, trabecular_network

MAX_AGE_MONTHS = 240.0
MIN_SIZE = 64
_FINE_ENOUGH = 400  # smaller pictures are drawn larger and reduced


def _check(age_months: float, seed: int, size: int) -> None:
    if not isfinite(age_months) or not 0 <= age_months <= MAX_AGE_MONTHS:
        raise ValueError(f"age_months must lie in 0..{MAX_AGE_MONTHS:g}, got {age_months!r}")
    if index(seed) < 0:
        raise ValueError(f"seed must not be negative, got {seed!r}")
    if index(size) < MIN_SIZE:
        raise ValueError(f"size must be at least {MIN_SIZE}, got {size!r}")


def _frame(skeleton: Skeleton, imaging: Imaging, shape: tuple[int, int], turn: float) -> Skeleton:
    """Return the skeleton rotated, scaled and shifted into the picture."""
    height, width = shape
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
    unit = min(width * imaging.fill_width / room[0], height * imaging.fill_height / room[1])
    unit *= filled
    free = np.array([width, height]) - unit * room
    # The forearm leaves the picture at its lower edge: vertical room goes mostly above.
    offset = free * [imaging.shift[0], 0.75 + 0.25 * imaging.shift[1]] - unit * low
    return turned.moved(unit * np.eye(2), offset, unit)


def _picture_shape(size: int, aspect: float) -> tuple[int, int]:
    return size, max(round(size * aspect), 1)


def draw_hand(age_months: float, is_male: bool, seed: int, *, size: int = 512) -> Radiograph:
    """Draw a left hand, palm down, fingers up, thumb on the right, bones bright.

    The seed stands for the subject and the exposure: the same seed at two ages gives the same
    subject, posture, frame and film. The same arguments give the same bytes (with the same
    versions of NumPy and OpenCV), whatever was drawn before. The timing of ossification is
    approximate, after Greulich & Pyle and Gilsanz & Ratib (see `ossification`).

    Args:
        age_months: Bone age, 0..240.
        is_male: Boys ossify later than girls.
        seed: Not negative.
        size: Longest side of the picture in pixels, at least 64.

    Returns:
        (H, W) uint8 with H = size and W between 0.64 and 0.99 of it.

    Raises:
        ValueError: An argument is out of range.
    """
    _check(age_months, seed, size)
    age, subject, posture, imaging = (
        float(age_months),
        draw_subject(seed),
        draw_posture(seed),
        draw_imaging(seed),
    )
    factor = max(_FINE_ENOUGH / size, 1.0)
    height, width = _picture_shape(size, imaging.aspect)
    shape = (round(height * factor), round(width * factor))
    skeleton = _frame(
        build_skeleton(age, bool(is_male), subject, posture), imaging, shape, posture.rotation
    )
    net = trabecular_network(stream(seed, "texture"), shape, max(shape[0] / 640, 0.7))
    attenuation = soft_tissue_attenuation(skeleton, shape, subject.flesh)
    attenuation += np.float32(subject.density) * bone_attenuation(skeleton, shape, net)
    add_marker(attenuation, stream(seed, "marker"))
    if factor > 1:
        attenuation = cv2.resize(attenuation, (width, height), interpolation=cv2.INTER_AREA)
    blur = imaging.blur * max(size / 512, 0.75 if factor == 1 else 0.5)
    attenuation = cv2.GaussianBlur(attenuation, (0, 0), blur)
    picture = expose(attenuation, imaging)
    add_noise(picture, grain(stream(seed, "noise"), picture.shape, imaging.grain_softness), imaging)
    picture = apply_borders(picture, imaging)
    return cv2.convertScaleAbs(np.clip(picture, 0, 1), alpha=255)
