"""How the picture is taken: frame, exposure, collimation, noise. Depends on the seed alone."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from train.data.phantom.arrays import FloatArray, Plane
from train.data.phantom.streams import bounded_normal, stream


@dataclass(frozen=True)
class Imaging:
    """Parameters of one exposure."""

    aspect: float  # width / height
    fill_width: float
    fill_height: float
    forearm: float  # visible length, in anatomical units
    shift: tuple[float, float]  # in parts of the free room
    background: float  # grey value of the unexposed film, 0..1
    contrast: float
    gamma: float  # approximately: the slope of the tone curve varies by as much
    white_at: float  # attenuation that reaches the brightest grey
    blur: float
    noise: float
    grain_softness: float
    heel: tuple[float, float]
    vignette: float
    aperture: FloatArray | None  # corners of the collimated field, relative to the picture
    aperture_outside: float
    bright_edge: int  # 0 none, 1..4 left, right, top, bottom


def draw_imaging(seed: int) -> Imaging:
    """Return the exposure of a seed."""
    rng = stream(seed, "imaging")
    washed_out = rng.random() < 0.2
    background = rng.uniform(0.18, 0.42) if washed_out else rng.uniform(0.015, 0.11)
    return Imaging(
        aspect=float(np.clip(0.79 + 0.09 * bounded_normal(rng), 0.64, 0.99)),
        fill_width=float(rng.uniform(0.88, 0.97)),
        fill_height=float(rng.uniform(0.89, 0.97)),
        forearm=float(np.clip(185 + 70 * bounded_normal(rng), 80, 380)),
        shift=(float(rng.uniform(0.25, 0.75)), float(rng.uniform(0.3, 0.9))),
        background=float(background),
        contrast=float(rng.uniform(0.35, 0.75) if washed_out else rng.uniform(0.62, 1.0)),
        gamma=float(rng.uniform(0.85, 1.15)),
        white_at=float(rng.uniform(62, 88)),
        blur=float(rng.uniform(0.3, 0.6)),
        noise=float(rng.uniform(0.006, 0.014)),
        grain_softness=float(rng.uniform(0.0, 0.5)),
        heel=(0.06 * bounded_normal(rng), 0.08 * bounded_normal(rng)),
        vignette=float(rng.uniform(0.0, 0.10)),
        aperture=_aperture(rng) if rng.random() < 0.35 else None,
        aperture_outside=float(rng.uniform(0.0, 0.04)),
        bright_edge=int(rng.integers(1, 5)) if rng.random() < 0.18 else 0,
    )


def _aperture(rng: np.random.Generator) -> FloatArray:
    low, high = rng.uniform(0.012, 0.07, 2), 1 - rng.uniform(0.012, 0.07, 2)
    corners = np.array([low, (high[0], low[1]), high, (low[0], high[1])]) - 0.5
    angle = 0.012 * bounded_normal(rng)
    return (
        corners @ np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))]) + 0.5
    )


def _shading(shape: tuple[int, int], imaging: Imaging) -> Plane:
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)[None, :]
    field = 1 + np.float32(imaging.heel[0]) * x + np.float32(imaging.heel[1]) * y
    return field - np.float32(imaging.vignette / 2) * (x * x + y * y)


def expose(attenuation: Plane, imaging: Imaging) -> Plane:
    """Return grey values 0..1 of an attenuation picture, without noise and borders."""
    value = attenuation * np.float32(1 / imaging.white_at)
    value *= np.float32(2 - imaging.gamma) + np.float32(imaging.gamma - 1) * value
    value *= np.float32(imaging.contrast)
    value += np.float32(imaging.background)
    value *= _shading(value.shape, imaging)
    # The shoulder of the film: grey values approach white slowly.
    return value / cv2.sqrt(np.float32(1) + value * value * np.float32(0.45))


def add_noise(picture: Plane, noise: Plane, imaging: Imaging) -> None:
    """Add noise in place; it grows with brightness, where fewer quanta arrived."""
    picture += noise * (np.float32(imaging.noise * imaging.contrast) * (np.float32(0.35) + picture))


def apply_borders(picture: Plane, imaging: Imaging) -> Plane:
    """Return the picture with the shutters of the collimator and an over-exposed edge."""
    height, width = picture.shape
    if imaging.aperture is not None:
        mask = np.zeros(picture.shape, np.uint8)
        corners = np.rint(imaging.aperture * (width, height) * 16).astype(np.int32)
        cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, 4)
        inside = cv2.blur(mask, (3, 3)).astype(np.float32) * np.float32(1 / 255)
        picture = inside * picture + (1 - inside) * np.float32(imaging.aperture_outside)
    if imaging.bright_edge:
        strip = max(round(0.008 * height), 1)
        ramp = np.linspace(1.0, 0.3, strip, dtype=np.float32)
        turned = np.rot90(picture, {1: 0, 2: 2, 3: 1, 4: 3}[imaging.bright_edge])
        turned[:, :strip] = np.maximum(turned[:, :strip], ramp)
    return picture
