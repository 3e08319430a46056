"""How the picture is taken: frame, exposure, noise. Depends on the seed and the faults alone.

The ranges are wide on purpose: a network that is to read real films must not learn one look.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import cv2
import numpy as np

from train.data.phantom.arrays import Plane
from train.data.phantom.faults import Faults
from train.data.phantom.streams import bounded_normal, stream

_COARSE = 16  # scattered radiation is smooth: a sixteenth of the resolution is enough


@dataclass(frozen=True)
class Imaging:
    """Parameters of one exposure."""

    aspect: float  # width / height
    fill_width: float  # of the open field, by the hand
    fill_height: float
    forearm: float  # visible length, in anatomical units
    shift: tuple[float, float]  # in parts of the free room
    background: float  # grey value of the unexposed film, 0..1
    contrast: float
    gamma: float  # approximately: the slope of the tone curve varies by as much
    white_at: float  # attenuation that reaches the brightest grey
    flesh: float  # attenuation of soft tissue against bone, which the tube's voltage decides
    trabeculae: float  # contrast of the spongy bone
    scatter: float  # a glow around the hand; below zero what large filters leave there
    blur: float
    sharpening: float  # what a digital system's edge enhancement adds
    sharpening_radius: float  # in parts of the picture's height
    noise: float
    grain_softness: float
    heel: tuple[float, float]
    vignette: float


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _greys(rng: np.random.Generator) -> tuple[float, float]:
    """Return background and contrast: dark films mostly, washed-out and faint ones among them."""
    look = rng.random()
    if look < 0.15:
        return float(rng.uniform(0.15, 0.42)), float(rng.uniform(0.35, 0.75))
    if look < 0.45:
        return float(rng.uniform(0.01, 0.22)), _log_uniform(rng, 0.07, 0.4)
    return float(rng.uniform(0.0, 0.1)), float(rng.uniform(0.45, 1.05))


_TYPICAL = Imaging(
    aspect=0.79,
    fill_width=0.93,
    fill_height=0.94,
    forearm=175.0,
    shift=(0.5, 0.5),
    background=0.05,
    contrast=0.85,
    gamma=0.9,
    white_at=75.0,
    flesh=1.3,
    trabeculae=0.45,
    scatter=0.05,
    blur=0.6,
    sharpening=0.2,
    sharpening_radius=0.012,
    noise=0.005,
    grain_softness=0.25,
    heel=(0.0, 0.0),
    vignette=0.05,
)


def _between(typical: Imaging, drawn: Imaging, variety: float) -> Imaging:
    """Return `typical` at a variety of 0 and `drawn` at 1."""
    start, end = asdict(typical), asdict(drawn)
    mixed = {k: (1 - variety) * np.array(start[k]) + variety * np.array(end[k]) for k in start}
    return Imaging(**{k: tuple(v.tolist()) if v.ndim else float(v) for k, v in mixed.items()})


def draw_imaging(seed: int, faults: Faults, variety: float) -> Imaging:
    """Return the exposure of a seed; its distance from the typical one grows with `variety`."""
    rng = stream(seed, "imaging")
    imaging = _between(_TYPICAL, _draw(rng), variety)
    if not faults.underexposed:
        return imaging
    noise = float(rng.uniform(0.06, 0.14))
    return replace(imaging, contrast=0.45 * imaging.contrast, noise=noise)


def _draw(rng: np.random.Generator) -> Imaging:
    background, contrast = _greys(rng)
    zoom = 1.0 - 0.16 * rng.random() ** 2.5
    return Imaging(
        aspect=float(np.clip(0.79 + 0.09 * bounded_normal(rng), 0.64, 0.99)),
        fill_width=zoom * float(rng.uniform(0.88, 0.99)),
        fill_height=zoom * float(rng.uniform(0.89, 0.99)),
        forearm=float(np.clip(175 + 90 * bounded_normal(rng), 70, 450)),
        shift=(float(rng.uniform(0.15, 0.85)), float(rng.uniform(0.0, 1.0))),
        background=background,
        contrast=contrast,
        gamma=float(rng.uniform(0.55, 1.2)),
        white_at=float(rng.uniform(58, 125)),
        flesh=float(rng.uniform(1.0, 2.1)),
        trabeculae=float(rng.uniform(0.1, 0.8)),
        scatter=float(rng.uniform(-0.08, 0.22)),
        blur=float(rng.uniform(0.3, 1.2)),
        sharpening=float(rng.uniform(0.0, 0.6)) if rng.random() < 0.6 else 0.0,
        sharpening_radius=float(rng.uniform(0.004, 0.028)),
        noise=_log_uniform(rng, 0.0015, 0.012),
        grain_softness=float(rng.uniform(0.0, 0.5)),
        heel=(0.06 * bounded_normal(rng), 0.08 * bounded_normal(rng)),
        vignette=float(rng.uniform(0.0, 0.10)),
    )


def add_scatter(attenuation: Plane, imaging: Imaging) -> None:
    """Add, in place, what comes from a wide neighbourhood of every pixel."""
    height, width = attenuation.shape
    small = (max(width // _COARSE, 1), max(height // _COARSE, 1))
    glow = cv2.resize(attenuation, small, interpolation=cv2.INTER_AREA)
    glow = cv2.GaussianBlur(glow, (0, 0), max(0.06 * small[1], 0.5), borderType=cv2.BORDER_CONSTANT)
    cv2.scaleAdd(cv2.resize(glow, (width, height)), imaging.scatter, attenuation, attenuation)
    np.maximum(attenuation, 0.0, out=attenuation)


def sharpen(attenuation: Plane, imaging: Imaging) -> None:
    """Enhance edges in place, which leaves halos beside them."""
    side = 2 * max(round(imaging.sharpening_radius * attenuation.shape[0]), 1) + 1
    local = cv2.blur(attenuation, (side, side))
    local -= attenuation
    cv2.scaleAdd(local, -imaging.sharpening, attenuation, attenuation)


def _shading(shape: tuple[int, int], imaging: Imaging) -> Plane:
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)
    round_off = np.float32(imaging.vignette / 2)
    across = np.float32(imaging.heel[0]) * x - round_off * x * x
    down = 1 + np.float32(imaging.heel[1]) * y - round_off * y * y
    return np.add.outer(down, across)


def expose(attenuation: Plane, imaging: Imaging) -> Plane:
    """Return grey values 0..1 of an attenuation picture, without noise and borders."""
    value = attenuation * np.float32(1 / imaging.white_at)
    value *= np.float32(2 - imaging.gamma) + np.float32(imaging.gamma - 1) * value
    value *= np.float32(imaging.contrast)
    value += np.float32(imaging.background)
    value *= _shading(value.shape, imaging)
    # The shoulder of the film: grey values approach white slowly.
    shoulder = value * value
    shoulder *= np.float32(0.45)
    shoulder += np.float32(1)
    value /= cv2.sqrt(shoulder)
    return value


def add_noise(picture: Plane, noise: Plane, imaging: Imaging) -> None:
    """Add noise in place; it grows with brightness, where fewer quanta arrived."""
    noise *= np.float32(imaging.noise * imaging.contrast)
    noise *= np.float32(0.35) + picture
    picture += noise
