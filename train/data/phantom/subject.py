"""What is particular to one subject and to the way the hand was laid down."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np

from train.data.phantom.ossification import CARPALS, EPIPHYSES
from train.data.phantom.streams import bounded_normal, stream

_OTHER_CENTRES = ("adductor_sesamoid",)


@dataclass(frozen=True)
class Subject:
    """Individual traits; they do not change with age."""

    tempo: float  # months by which the skeleton is ahead, reached in childhood
    centre_tempo: dict[str, float]  # relative advance of each ossification centre
    bone_width: float
    flesh: float
    carpus: float
    density: float
    lucency: float  # of spongy bone
    plate: float  # thickness of the growth plates
    segment_length: dict[int, float]

    def skeletal_age(self, age_months: float) -> float:
        """Return the age at which this subject's skeleton looks average."""
        return max(age_months + self.tempo * (1.0 - exp(-age_months / 45.0)), 0.0)

    def centre_age(self, name: str, age_months: float) -> float:
        """Return the average age that one ossification centre shows."""
        skeletal = self.skeletal_age(age_months)
        return skeletal + self.centre_tempo.get(name, 0.0) * min(skeletal, 60.0)


@dataclass(frozen=True)
class Posture:
    """How the hand lies on the cassette; angles in radians."""

    spread: float
    finger_turn: dict[int, float]
    bend: dict[int, tuple[float, float]]
    thumb: float
    deviation: float  # of the hand against the forearm
    rotation: float  # of everything in the picture


def draw_subject(seed: int) -> Subject:
    """Return the subject of a seed."""
    rng = stream(seed, "subject")
    centres = [*EPIPHYSES, *CARPALS, *_OTHER_CENTRES]
    return Subject(
        tempo=4.5 * bounded_normal(rng, 2.0),
        centre_tempo={name: 0.035 * bounded_normal(rng, 2.0) for name in centres},
        bone_width=1.0 + 0.055 * bounded_normal(rng),
        flesh=1.08 + 0.11 * bounded_normal(rng),
        carpus=1.0 + 0.03 * bounded_normal(rng),
        density=0.8 + 0.12 * bounded_normal(rng),
        lucency=1.0 + 0.12 * bounded_normal(rng),
        plate=float(rng.uniform(0.25, 0.95)),
        segment_length={ray: 1.0 + 0.022 * bounded_normal(rng) for ray in range(1, 6)},
    )


def draw_posture(seed: int) -> Posture:
    """Return the posture of a seed."""
    rng = stream(seed, "posture")
    tilted = rng.random() < 0.2
    return Posture(
        spread=float(rng.uniform(0.0, 1.15)),
        finger_turn={ray: 0.035 * bounded_normal(rng) for ray in range(2, 6)},
        bend={
            ray: (0.025 * bounded_normal(rng), 0.03 * bounded_normal(rng)) for ray in range(1, 6)
        },
        thumb=0.22 * bounded_normal(rng, 1.8) + 0.26,
        deviation=0.09 * bounded_normal(rng),
        rotation=float(np.deg2rad((16.0 if tilted else 7.0) * bounded_normal(rng, 2.0))),
    )
