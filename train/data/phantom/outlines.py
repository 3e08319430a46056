"""Outlines of shafts, epiphyses and short bones as closed polygons.

Tubular bones are described along their own axis: `z` runs from the base to the head, `v` across.
An end of a bone is described by its depth below the joint, so that both ends share one code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train.data.phantom.arrays import FloatArray
from train.data.phantom.skeleton import ShortBone, TubularBone

_ACROSS = np.linspace(-1.0, 1.0, 17)
_CORNER = np.linspace(0.0, np.pi / 2, 5)
_BODY = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, 15))


@dataclass(frozen=True)
class EndShape:
    """How one kind of bone is built; all but `flare` are relative to the width of that end."""

    zone: float  # from the joint to the metaphysis
    plate: float  # open growth plate
    roundness: float  # 0 disc ... 1 dome, as the heads of the metacarpals
    concavity: float  # of the articular surface
    slant: float  # one side longer than the other
    styloid: float
    base_flare: float  # exponents: the larger, the more abrupt
    head_flare: float
    waist_at: float


_PHALANX = EndShape(0.31, 0.075, 0.0, 0.30, 0.0, 0.0, 2.3, 2.2, 0.62)
_DISTAL_PHALANX = EndShape(0.35, 0.08, 0.0, 0.10, 0.0, 0.0, 2.0, 1.6, 0.60)
_METACARPAL = EndShape(0.68, 0.06, 1.0, 0.0, 0.0, 0.0, 2.2, 2.1, 0.46)
_THUMB = EndShape(0.36, 0.075, 0.0, 0.15, 0.06, 0.0, 2.2, 2.0, 0.55)
_RADIUS = EndShape(0.36, 0.05, 0.0, 0.16, 0.16, 0.10, 1.0, 2.6, 0.64)
_ULNA = EndShape(0.50, 0.08, 0.0, 0.0, -0.06, -0.17, 1.0, 2.2, 0.76)


def end_shape(name: str) -> EndShape:
    """Return the build of a tubular bone."""
    if name == "radius":
        return _RADIUS
    if name == "ulna":
        return _ULNA
    if name == "metacarpal_1":
        return _THUMB
    if name.startswith("metacarpal"):
        return _METACARPAL
    return _DISTAL_PHALANX if name.startswith("distal") else _PHALANX


def grows_at_head(name: str) -> bool:
    """Tell whether the epiphysis lies at the distal end."""
    return name in ("radius", "ulna") or (name.startswith("metacarpal") and name[-1] != "1")


class TubularGeometry:
    """Measures of one tubular bone in pixels along its axis."""

    def __init__(self, bone: TubularBone, age_months: float, plate: float) -> None:
        self.bone = bone
        self.build = end_shape(bone.name)
        self.at_head = grows_at_head(bone.name)
        axis = bone.head - bone.base
        self.length = float(np.hypot(*axis))
        self.along = axis / self.length
        self.across = np.array([-self.along[1], self.along[0]])
        self.end_width = bone.shape.head if self.at_head else bone.shape.base
        self.zone = self.build.zone * self.end_width
        open_plate = (1.0 - bone.stage.fusion) ** 0.6
        self.plate = plate * self.build.plate * self.end_width * open_plate
        self.joint = 0.045 * self.end_width
        self.youth = float(np.exp(-age_months / 40.0))
        self.cartilage = self._far_cartilage(age_months)

    def _far_cartilage(self, age_months: float) -> float:
        width = self.bone.shape.base if self.at_head else self.bone.shape.head
        if self.bone.name in ("radius", "ulna"):
            return 0.0
        young = 0.30 if self.at_head else 0.14
        return float(width * (0.04 + young * np.exp(-age_months / 45.0)))

    def half_width(self, z: FloatArray) -> FloatArray:
        """Return half the width of the bone at positions along the axis."""
        shape, build = self.bone.shape, self.build
        keep = self.zone * (1.0 - 0.45 * self.bone.stage.fusion)
        low, high = (0.0, self.length - keep) if self.at_head else (keep, self.length)
        # np.clip takes several times as long on so few points.
        u = np.minimum(np.maximum((z - low) / (high - low), 0.0), 1.0)
        at = build.waist_at
        to_base = np.maximum(1.0 - u / at, 0.0) ** build.base_flare
        to_head = np.maximum((u - at) / (1.0 - at), 0.0) ** build.head_flare
        width = shape.waist + (shape.base - shape.waist) * to_base
        return (width + (shape.head - shape.waist) * to_head) / 2

    def to_pixels(self, z: FloatArray, v: FloatArray) -> FloatArray:
        """Return picture coordinates of points given along and across the axis."""
        return self.bone.base + np.multiply.outer(z, self.along) + np.multiply.outer(v, self.across)

    def depth(self, below_joint: FloatArray) -> FloatArray:
        """Return `z` of points given by their depth below the growing end's joint."""
        return self.length - below_joint if self.at_head else below_joint


def _end(half: float, radius: float, bulge: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return depth and position across of one rounded end, from one side to the other."""
    flat = _ACROSS[2:-2] * (half - radius)
    corner_v = half - radius + radius * np.cos(_CORNER)
    corner_z = radius - radius * np.sin(_CORNER)
    v = np.concatenate([-corner_v, flat, corner_v[::-1]])
    z = np.concatenate([corner_z, np.zeros_like(flat), corner_z[::-1]])
    return z + np.interp(v / half, _ACROSS, bulge), v


def shaft_outline(geometry: TubularGeometry) -> FloatArray:
    """Return the outline of the ossified shaft (diaphysis and metaphyses)."""
    name, shape = geometry.bone.name, geometry.bone.shape
    growing = geometry.zone
    low, high = (
        (geometry.cartilage, geometry.length - growing)
        if geometry.at_head
        else (growing, geometry.length - geometry.cartilage)
    )
    base_half, head_half = geometry.half_width(np.array([low, high]))
    base_radius, head_radius, head_bulge = 0.28 * base_half, 0.3 * head_half, 0.0 * _ACROSS
    base_bulge = 0.10 * base_half * (_ACROSS**2 - 1.0) * (0.0 if geometry.at_head else 1.0)
    if name.startswith(("proximal", "middle")):
        head_radius = 0.5 * head_half
        head_bulge = 0.22 * head_half * np.exp(-((_ACROSS / 0.42) ** 2))
    elif name.startswith("distal"):
        head_radius = 0.92 * head_half
    elif name == "metacarpal_1":
        head_radius, head_bulge = 0.7 * head_half, 0.25 * head_half * _ACROSS**2
    elif name.startswith("metacarpal"):
        base_radius = (0.3 + 0.3 * geometry.youth) * base_half
        head_radius = (0.3 + 0.5 * geometry.youth) * head_half
        base_bulge = shape.base * (0.10 * (1 - _ACROSS**2) + 0.10 * _ACROSS)
        base_bulge *= -1.0 if name[-1] == "5" else 1.0
    sharp = 1.0 - 0.6 * geometry.bone.stage.cap
    if geometry.at_head:
        head_radius *= sharp
    else:
        base_radius *= sharp
    z0, v0 = _end(base_half, base_radius, base_bulge)
    z1, v1 = _end(head_half, head_radius, head_bulge)
    margin = 0.02 * (high - low)
    side = (
        low + base_radius + margin + _BODY * (high - low - base_radius - head_radius - 2 * margin)
    )
    half = geometry.half_width(side)
    z = np.concatenate([low + z0, side, (high - z1)[::-1], side[::-1]])
    v = np.concatenate([v0, half, v1[::-1], -half[::-1]])
    return geometry.to_pixels(z, v)


def epiphysis_outline(geometry: TubularGeometry) -> FloatArray | None:
    """Return the outline of the ossified epiphysis, None before it appears."""
    stage, build = geometry.bone.stage, geometry.build
    if stage.width == 0.0:
        return None
    width = geometry.end_width * min(stage.width, 1.0 + 0.06 * (1.0 - stage.fusion))
    grown = min(stage.width, 1.0)
    full = geometry.zone - geometry.plate - geometry.joint
    thickness = min(full * (0.45 + 0.55 * grown), (0.85 - 0.1 * grown) * width)
    close = geometry.zone - geometry.plate - thickness / 2
    middle = (1 - grown) * max(0.55 * geometry.zone, thickness / 2) + grown * close
    v = _ACROSS
    mature = max(grown - 0.3, 0.0) / 0.7
    power = 2.0 + mature + 1.5 * stage.cap
    disc = (1 - np.abs(v) ** power) ** (1 / power)
    dome = build.roundness * mature
    plate_side = middle + thickness / 2 * ((1 - dome) * disc + dome * (1 - 0.25 * v**6))
    plate_side += stage.cap * (1 - stage.fusion) * 0.16 * thickness * np.abs(v) ** 5
    round_top = (1 - np.abs(v) ** 2.7) ** (1 / 2.7) * 2 - 1
    joint_side = middle - thickness / 2 * ((1 - dome) * disc + dome * round_top)
    joint_side += mature * thickness * build.concavity * (1 - v**2)
    joint_side -= mature * build.slant * width * (v + 0.2) * (1 - v**4)
    point = np.exp(-(((v - np.sign(build.styloid) * 0.74) / 0.28) ** 2))
    joint_side -= stage.cap * abs(build.styloid) * width * point
    joint_side = np.minimum(joint_side, plate_side)
    z = geometry.depth(np.concatenate([plate_side, joint_side[::-1]]))
    return geometry.to_pixels(z, np.concatenate([v, v[::-1]]) * width / 2)


def bridge_outline(geometry: TubularGeometry) -> FloatArray | None:
    """Return the bone that bridges a closing growth plate, None while the plate is open."""
    fusion = geometry.bone.stage.fusion
    if fusion <= 0.0:
        return None
    thickness = geometry.zone - geometry.joint
    reach = np.array([-0.55 * thickness, 0.22 * geometry.end_width])
    depth = geometry.zone + np.maximum(fusion, 0.4) * reach
    half = float(geometry.half_width(geometry.depth(np.array(geometry.zone)))) * fusion**0.7
    z = geometry.depth(depth[[0, 0, 1, 1]])
    return geometry.to_pixels(z, half * np.array([-1.0, 1.0, 1.0, -1.0]))


def _smooth_closed(points: FloatArray, samples: int = 5) -> FloatArray:
    """Return a closed Catmull-Rom curve through points."""
    t = (np.arange(samples) / samples)[None, :, None]
    before, here = np.roll(points, 1, 0)[:, None], points[:, None]
    after, beyond = np.roll(points, -1, 0)[:, None], np.roll(points, -2, 0)[:, None]
    curve = 0.5 * (
        2 * here
        + (after - before) * t
        + (2 * before - 5 * here + 4 * after - beyond) * t**2
        + (3 * here - before - 3 * after + beyond) * t**3
    )
    return curve.reshape(-1, 2)


def short_bone_outline(bone: ShortBone) -> FloatArray | None:
    """Return the outline of a short bone, None before it appears."""
    if bone.stage.size == 0.0:
        return None
    adult = _smooth_closed(bone.outline)
    radius = np.hypot(adult[:, 0], adult[:, 1])
    ellipse = adult * ((0.35 * radius + 0.65 * radius.mean()) / radius)[:, None]
    share = bone.stage.angularity
    return bone.centre + bone.stage.size * (share * adult + (1 - share) * ellipse)
