"""From outlines to X-ray attenuation: every bone is a shell of cortex around spongy bone."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from train.data.phantom.arrays import FloatArray, Plane

_FRACTION_BITS = 4
_LUT = 96
_PAD = 3


@dataclass(frozen=True)
class Patch:
    """The part of the picture that one bone covers."""

    rows: slice
    columns: slice
    cover: Plane  # 0..1
    depth: Plane  # distance from the outline in pixels


@dataclass(frozen=True)
class Build:
    """Profiles along the axis of a bone, `_LUT` samples each (or one number for all)."""

    half_width: Plane
    cortex: Plane
    spongy: Plane  # density of the core, relative to cortex
    gain: Plane  # density of all, relative to the ends of the bone
    extra: Plane  # added density, e.g. of the line of a closed growth plate


def fill(mask: np.ndarray, outline: FloatArray, offset: tuple[float, float] = (0.0, 0.0)) -> None:
    """Draw a filled, antialiased polygon given in pixels; `offset` is the mask's origin."""
    fixed = np.rint((outline - offset) * (1 << _FRACTION_BITS)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _FRACTION_BITS)


def make_patch(outlines: list[FloatArray], shape: tuple[int, int]) -> Patch | None:
    """Return the patch that a bone of several overlapping outlines covers, None if outside."""
    points = np.concatenate(outlines)
    low = np.maximum(np.floor(points.min(axis=0)).astype(int) - _PAD, 0)
    high = np.minimum(np.ceil(points.max(axis=0)).astype(int) + _PAD + 1, (shape[1], shape[0]))
    if (high - low < 3).any():
        return None
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    for outline in outlines:
        fill(mask, outline, (low[0], low[1]))
    inside = cv2.threshold(mask, 127, 255, cv2.THRESH_BINARY)[1]
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    depth -= 0.5
    np.maximum(depth, 0.0, out=depth)
    cover = mask.astype(np.float32)
    cover *= 1 / 255
    return Patch(slice(low[1], high[1]), slice(low[0], high[0]), cover, depth)


def axis_position(patch: Patch, origin: FloatArray, along: FloatArray, length: float) -> np.ndarray:
    """Return, per pixel, the index into the profiles along a bone's axis."""
    x = np.arange(patch.columns.start, patch.columns.stop, dtype=np.float32) - origin[0]
    y = np.arange(patch.rows.start, patch.rows.stop, dtype=np.float32) - origin[1]
    scale = (_LUT - 1) / length
    position = np.add.outer((y * (along[1] * scale)), (x * (along[0] * scale)))
    return np.clip(position, 0, _LUT - 1).astype(np.intp)


def profile_positions(length: float) -> FloatArray:
    """Return the positions along the axis at which profiles are sampled."""
    return np.linspace(0.0, length, _LUT)


def _chord(depth: Plane, half_width: Plane) -> Plane:
    """Return the length of the ray through a rod at a depth below its edge."""
    clipped = np.minimum(depth, half_width)
    return 2 * np.sqrt(clipped * (2 * half_width - clipped))


def shell_attenuation(patch: Patch, build: Build, texture: Plane) -> Plane:
    """Return the attenuation of a shell filled with spongy bone, in pixels of dense bone."""
    outer = _chord(patch.depth, build.half_width)
    core = np.maximum(build.half_width - build.cortex, 0.0)
    inner = _chord(np.maximum(patch.depth - build.cortex, 0.0), core)
    inner *= 1 - build.spongy * texture[patch.rows, patch.columns]
    return ((outer - inner) * build.gain + build.extra) * patch.cover
