"""The bones of one hand in pixels: growth, individual traits and posture applied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train.data.phantom.anatomy import (
    CARPAL_OUTLINES,
    CARPAL_SPACING,
    FOREARM,
    RAYS,
    SEGMENTS,
    SESAMOID,
    SHAPES,
    WRIST,
    BoneShape,
)
from train.data.phantom.arrays import FloatArray
from train.data.phantom.growth import Proportions, proportions
from train.data.phantom.ossification import (
    CarpalStage,
    EpiphysisStage,
    carpal_stage,
    epiphysis_stage,
    sesamoid_stage,
)
from train.data.phantom.subject import Posture, Subject


@dataclass(frozen=True)
class TubularBone:
    """A long bone between the middles of its two joints."""

    name: str
    base: FloatArray
    head: FloatArray
    shape: BoneShape
    stage: EpiphysisStage


@dataclass(frozen=True)
class ShortBone:
    """A carpal or sesamoid bone: adult outline around its centre, scaled by `stage.size`."""

    name: str
    centre: FloatArray
    outline: FloatArray
    stage: CarpalStage


@dataclass(frozen=True)
class Skeleton:
    """All that is drawn of the bones, and the lines the soft tissue follows."""

    tubular: list[TubularBone]
    short: list[ShortBone]
    rays: dict[int, FloatArray]
    forearm: FloatArray  # middle line from the wrist to beyond the picture
    carpus: FloatArray
    proportions: Proportions
    age_months: float
    plate: float  # thickness of growth plates, relative
    unit: float  # pixels per anatomical unit

    def moved(self, matrix: FloatArray, shift: FloatArray, unit: float) -> Skeleton:
        """Return the skeleton after `matrix @ point + shift`; widths scale by `unit`."""

        def place(points: FloatArray) -> FloatArray:
            return points @ matrix.T + shift

        return Skeleton(
            tubular=[
                TubularBone(
                    bone.name,
                    place(bone.base),
                    place(bone.head),
                    _widths(bone.shape, unit),
                    bone.stage,
                )
                for bone in self.tubular
            ],
            short=[
                ShortBone(bone.name, place(bone.centre), bone.outline @ matrix.T, bone.stage)
                for bone in self.short
            ],
            rays={ray: place(joints) for ray, joints in self.rays.items()},
            forearm=place(self.forearm),
            carpus=place(self.carpus),
            proportions=self.proportions,
            age_months=self.age_months,
            plate=self.plate,
            unit=self.unit * unit,
        )


def rotation(angle: float) -> FloatArray:
    """Return the matrix of a turn by `angle` radians, clockwise on the screen."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([(cos, -sin), (sin, cos)])


def _widths(shape: BoneShape, factor: float) -> BoneShape:
    return BoneShape(shape.base * factor, shape.waist * factor, shape.head * factor)


def _pose_ray(
    ray: int, carpus: float, fan: float, subject: Subject, posture: Posture
) -> FloatArray:
    joints = RAYS[ray]
    steps = np.diff(joints, axis=0) * subject.segment_length[ray]
    if ray == 1:
        turns = posture.thumb * np.array([0.55, 1.0, 1.0])
    else:
        metacarpal = (posture.spread * 0.035 + fan) * (3 - ray)
        finger = (posture.spread * 0.13 + fan) * (3 - ray) + posture.finger_turn[ray]
        turns = np.array([metacarpal, finger, finger, finger])
    first, second = posture.bend[ray]
    turns[-2:] += first
    turns[-1] += second
    posed = [joints[0] * carpus]
    for step, turn in zip(steps, turns, strict=True):
        posed.append(posed[-1] + rotation(turn) @ step)
    return np.array(posed)


def _tubular(
    name: str,
    ends: tuple[FloatArray, FloatArray],
    grown: Proportions,
    subject: Subject,
    age: float,
    is_male: bool,
) -> TubularBone:
    stage = epiphysis_stage(name, subject.centre_age(name, age), is_male)
    shape = _widths(SHAPES[name], grown.bone_width * subject.bone_width)
    if name.startswith("metacarpal"):
        shape = BoneShape(shape.base, shape.waist, shape.head * grown.metacarpal_head)
    return TubularBone(name, ends[0], ends[1], shape, stage)


def _short_bones(
    rays: dict[int, FloatArray], carpus: float, subject: Subject, age: float, is_male: bool
) -> list[ShortBone]:
    bones = []
    for name, outline in CARPAL_OUTLINES.items():
        stage = carpal_stage(name, subject.centre_age(name, age), is_male)
        centre = outline.mean(axis=0)
        bones.append(
            ShortBone(name, centre * carpus, (outline - centre) * (carpus * CARPAL_SPACING), stage)
        )
    angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    round_outline = 8.5 * np.stack([np.cos(angles), 1.15 * np.sin(angles)], axis=1)
    stage = sesamoid_stage(subject.centre_age("adductor_sesamoid", age), is_male)
    position = rays[1][1] + SESAMOID - RAYS[1][1]
    return [*bones, ShortBone("adductor_sesamoid", position, round_outline, stage)]


def build_skeleton(
    age_months: float, is_male: bool, subject: Subject, posture: Posture
) -> Skeleton:
    """Return the skeleton in anatomical units, the carpus at the origin and not yet rotated."""
    grown = proportions(subject.skeletal_age(age_months), is_male)
    carpus = grown.carpus * subject.carpus
    rays = {ray: _pose_ray(ray, carpus, grown.fan, subject, posture) for ray in RAYS}
    tubular = [
        _tubular(name, (rays[ray][k], rays[ray][k + 1]), grown, subject, age_months, is_male)
        for ray, names in SEGMENTS.items()
        for k, name in enumerate(names)
    ]
    turn, pivot = rotation(posture.deviation), WRIST * carpus
    forearm = {}
    for name, ends in FOREARM.items():
        at = (ends * [carpus * 0.97, 1.0] + [0, (carpus - 1) * 76] - pivot) @ turn.T + pivot
        forearm[name] = at
        tubular.append(_tubular(name, (at[0], at[1]), grown, subject, age_months, is_male))
    middle = (forearm["radius"] + forearm["ulna"])[::-1] / 2
    return Skeleton(
        tubular=tubular,
        short=_short_bones(rays, carpus, subject, age_months, is_male),
        rays=rays,
        forearm=middle,
        carpus=np.zeros(2),
        proportions=grown,
        age_months=age_months,
        plate=subject.plate,
        unit=1.0,
    )
