"""Attenuation of all bones."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from train.data.phantom.arrays import Plane
from train.data.phantom.outlines import (
    TubularGeometry,
    bridge_outline,
    epiphysis_outline,
    shaft_outline,
    short_bone_outline,
)
from train.data.phantom.rasterize import (
    Build,
    axis_position,
    make_patch,
    profile_positions,
    shell_attenuation,
)
from train.data.phantom.skeleton import ShortBone, Skeleton, TubularBone

_SPONGY_SHAFT, _SPONGY_END, _SPONGY_FOREARM = 0.56, 0.7, 0.6
_SPONGY_SHORT = np.float32(0.62)
_GREATEST_HALF_DEPTH = 30.0  # wide bones are flatter than they are wide


def _profiles(geometry: TubularGeometry, skeleton: Skeleton) -> Build:
    z = profile_positions(geometry.length)
    unit = skeleton.unit
    half = np.minimum(geometry.half_width(z), _GREATEST_HALF_DEPTH * unit)
    middle = np.clip(1 - np.abs(z / geometry.length - 0.45) / 0.42, 0.0, 1.0) ** 0.7
    if geometry.bone.name in ("radius", "ulna"):
        middle = np.clip((geometry.length * 0.97 - z) / (geometry.length * 0.30), 0.0, 1.0)
    spongy = _SPONGY_END + (_SPONGY_SHAFT - _SPONGY_END) * middle
    gain = 0.6
    if geometry.bone.name in ("radius", "ulna"):
        gain = 1.0
        spongy = _SPONGY_END + (_SPONGY_FOREARM - _SPONGY_END) * middle
    rim = max(2.2 * unit, 0.8)
    cortex = np.maximum(middle * skeleton.proportions.cortex * half, rim)
    return Build(
        half_width=half.astype(np.float32),
        cortex=cortex.astype(np.float32),
        spongy=spongy.astype(np.float32),
        gain=(1.0 + gain * middle).astype(np.float32),
        extra=_plate_line(geometry, z, unit).astype(np.float32),
    )


def _plate_line(geometry: TubularGeometry, z: np.ndarray, unit: float) -> np.ndarray:
    """Return the dense line at the metaphysis, and the scar that stays after fusion."""
    stage = geometry.bone.stage
    fade = np.exp(-stage.months_fused / 20.0) if stage.fusion >= 1 else 1.0
    strength = (2.5 + 7.0 * stage.fusion * fade) * unit
    spread = max(2.6 * unit, 0.9)
    at = geometry.depth(np.array(geometry.zone + (1 - stage.fusion) * 0.5 * spread))
    return strength * np.exp(-(((z - at) / spread) ** 2))


def _add_tubular(plane: Plane, bone: TubularBone, skeleton: Skeleton, texture: Plane) -> None:
    geometry = TubularGeometry(bone, skeleton.age_months, skeleton.plate)
    outlines = [shaft_outline(geometry), epiphysis_outline(geometry), bridge_outline(geometry)]
    patch = make_patch([outline for outline in outlines if outline is not None], plane.shape)
    if patch is None:
        return
    index = axis_position(patch, bone.base, geometry.along, geometry.length)
    lines = _profiles(geometry, skeleton)
    build = Build(*(getattr(lines, field.name)[index] for field in fields(Build)))
    plane[patch.rows, patch.columns] += shell_attenuation(patch, build, texture)


def _add_short(plane: Plane, bone: ShortBone, skeleton: Skeleton, texture: Plane) -> None:
    outline = short_bone_outline(bone)
    patch = make_patch([outline], plane.shape) if outline is not None else None
    if patch is None:
        return
    unit = skeleton.unit
    half = np.float32(min(float(patch.depth.max()), 24.0 * unit) + 1e-3)
    if bone.name == "pisiform":
        half = np.float32(half * 0.7)
    build = Build(
        half, np.float32(max(2.6 * unit, 0.9)), _SPONGY_SHORT, np.float32(1), np.float32(0)
    )
    plane[patch.rows, patch.columns] += shell_attenuation(patch, build, texture)


def bone_attenuation(skeleton: Skeleton, shape: tuple[int, int], texture: Plane) -> Plane:
    """Return the attenuation of all bones, in anatomical units of dense bone."""
    plane = np.zeros(shape, np.float32)
    for tubular in skeleton.tubular:
        _add_tubular(plane, tubular, skeleton, texture)
    for short in skeleton.short:
        _add_short(plane, short, skeleton, texture)
    plane *= skeleton.proportions.density / skeleton.unit
    return plane
