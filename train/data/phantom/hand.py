"""A procedural radiograph of the left hand whose ossification follows age."""

from __future__ import annotations

from math import isfinite
from operator import index

import cv2
import numpy as np

from train.data.phantom.arrays import Plane, Radiograph
from train.data.phantom.bones import bone_attenuation
from train.data.phantom.burnt_in_text import burn_in_text
from train.data.phantom.collimation import collimate, draw_collimation
from train.data.phantom.faults import USUAL_FAULTS, FaultProbabilities, Faults, draw_faults
from train.data.phantom.framing import frame
from train.data.phantom.imaging import (
    Imaging,
    add_noise,
    add_scatter,
    draw_imaging,
    expose,
    sharpen,
)
from train.data.phantom.marker import add_marker
from train.data.phantom.skeleton import Skeleton, build_skeleton
from train.data.phantom.soft_tissue import soft_tissue_attenuation
from train.data.phantom.streams import stream
from train.data.phantom.subject import Subject, draw_posture, draw_subject
from train.data.phantom.texture import grain, trabecular_network

MAX_AGE_MONTHS = 240.0
MIN_SIZE = 64
_FINE_ENOUGH = 400  # smaller pictures are drawn larger and reduced


def _check(age_months: float, seed: int, size: int, variety: float) -> None:
    if not isfinite(age_months) or not 0 <= age_months <= MAX_AGE_MONTHS:
        raise ValueError(f"age_months must lie in 0..{MAX_AGE_MONTHS:g}, got {age_months!r}")
    if index(seed) < 0:
        raise ValueError(f"seed must not be negative, got {seed!r}")
    if index(size) < MIN_SIZE:
        raise ValueError(f"size must be at least {MIN_SIZE}, got {size!r}")
    if not 0 <= variety <= 1:
        raise ValueError(f"variety must be 0..1, got {variety!r}")


def _picture_shape(size: int, aspect: float) -> tuple[int, int]:
    return size, max(round(size * aspect), 1)


def _attenuation(
    skeleton: Skeleton, shape: tuple[int, int], subject: Subject, imaging: Imaging, seed: int
) -> Plane:
    """Return what the hand and the marker take away of the radiation."""
    pixel = max(shape[0] / 640, 0.7)
    net = trabecular_network(stream(seed, "texture"), shape, pixel, imaging.trabeculae)
    net *= np.float32(subject.lucency)
    attenuation = soft_tissue_attenuation(skeleton, shape, subject.flesh)
    attenuation *= np.float32(imaging.flesh)
    attenuation += np.float32(subject.density) * bone_attenuation(skeleton, shape, net)
    add_scatter(attenuation, imaging)
    add_marker(attenuation, stream(seed, "marker"))
    return attenuation


def _after_the_exposure(picture: Radiograph, faults: Faults, seed: int) -> Radiograph:
    if faults.text:
        burn_in_text(picture, stream(seed, "text"))
    if faults.inverted:
        picture = cv2.bitwise_not(picture)
    if faults.turned:
        picture = np.rot90(picture, stream(seed, "turn").integers(1, 4))
    return np.ascontiguousarray(picture)


def draw_hand(
    age_months: float,
    is_male: bool,
    seed: int,
    *,
    size: int = 512,
    variety: float = 1.0,
    fault_probabilities: FaultProbabilities = USUAL_FAULTS,
) -> Radiograph:
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
        variety: 0 exposes all films alike, 1 as variously as real films are.
        fault_probabilities: How often a film has each fault; the seed decides which have it.

    Returns:
        (H, W) uint8 with H = size and W between 0.64 and 0.99 of it; of a film turned by a
        quarter the other way round.

    Raises:
        ValueError: An argument is out of range.
    """
    _check(age_months, seed, size, variety)
    faults = draw_faults(seed, fault_probabilities)
    imaging, collimation = draw_imaging(seed, faults, variety), draw_collimation(seed, faults)
    subject, posture = draw_subject(seed), draw_posture(seed)
    factor = max(_FINE_ENOUGH / size, 1.0)
    height, width = _picture_shape(size, imaging.aspect)
    shape = (round(height * factor), round(width * factor))
    skeleton = build_skeleton(float(age_months), bool(is_male), subject, posture)
    skeleton = frame(skeleton, imaging, collimation, shape, posture.rotation)
    attenuation = _attenuation(skeleton, shape, subject, imaging, seed)
    if factor > 1:
        attenuation = cv2.resize(attenuation, (width, height), interpolation=cv2.INTER_AREA)
    blur = imaging.blur * max(size / 512, 0.75 if factor == 1 else 0.5)
    attenuation = cv2.GaussianBlur(attenuation, (0, 0), blur)
    sharpen(attenuation, imaging)
    picture = expose(attenuation, imaging)
    add_noise(picture, grain(stream(seed, "noise"), picture.shape, imaging.grain_softness), imaging)
    picture = collimate(picture, collimation)
    film = cv2.convertScaleAbs(np.clip(picture, 0, 1), alpha=255)
    return _after_the_exposure(film, faults, seed)
