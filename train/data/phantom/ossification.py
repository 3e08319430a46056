"""When the ossification centres of the hand appear, spread and fuse.

Times are in months, (boys, girls), and approximate: order and timing follow Greulich & Pyle,
"Radiographic Atlas of Skeletal Development of the Hand and Wrist" (2nd ed., 1959), and
Gilsanz & Ratib, "Hand Bone Age" (2nd ed., 2012), rounded to what a drawing needs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SexPair = tuple[float, float]


@dataclass(frozen=True)
class EpiphysisTimes:
    """Milestones of one epiphysis, in months, (boys, girls)."""

    appears: SexPair
    full_width: SexPair  # as wide as its metaphysis
    caps: SexPair  # its edges overlap the metaphysis
    fusion_starts: SexPair
    fusion_ends: SexPair


@dataclass(frozen=True)
class CarpalTimes:
    """Milestones of one carpal bone, in months, (boys, girls)."""

    appears: SexPair
    adult_shape: SexPair


@dataclass(frozen=True)
class EpiphysisStage:
    """State of one epiphysis; `width` is relative to the metaphysis, 0 when not ossified."""

    width: float
    fusion: float  # 0 open growth plate ... 1 no plate left
    cap: float  # 0 flat disc ... 1 edges wrap around the metaphysis
    months_fused: float


@dataclass(frozen=True)
class CarpalStage:
    """State of one carpal bone; `size` is relative to the adult bone, 0 when not ossified."""

    size: float
    angularity: float  # 0 round nucleus ... 1 adult outline


_DISTAL = ((174.0, 152.0), (192.0, 168.0))
_PROXIMAL = ((180.0, 159.0), (197.0, 176.0))
_MIDDLE = ((183.0, 162.0), (200.0, 179.0))
_METACARPAL = ((187.0, 167.0), (205.0, 184.0))


def _phalanx(boy: float, girl: float, fusion: tuple[SexPair, SexPair]) -> EpiphysisTimes:
    return EpiphysisTimes((boy, girl), (112.0, 88.0), (166.0, 140.0), *fusion)


def _metacarpal(boy: float, girl: float) -> EpiphysisTimes:
    return EpiphysisTimes((boy, girl), (128.0, 104.0), (172.0, 148.0), *_METACARPAL)


EPIPHYSES: dict[str, EpiphysisTimes] = {
    "proximal_phalanx_1": _phalanx(33, 20, _PROXIMAL),
    "proximal_phalanx_2": _phalanx(17, 11, _PROXIMAL),
    "proximal_phalanx_3": _phalanx(16, 10, _PROXIMAL),
    "proximal_phalanx_4": _phalanx(18, 11, _PROXIMAL),
    "proximal_phalanx_5": _phalanx(22, 14, _PROXIMAL),
    "middle_phalanx_2": _phalanx(26, 16, _MIDDLE),
    "middle_phalanx_3": _phalanx(24, 16, _MIDDLE),
    "middle_phalanx_4": _phalanx(25, 15, _MIDDLE),
    "middle_phalanx_5": _phalanx(41, 23, _MIDDLE),
    "distal_phalanx_1": _phalanx(18, 12, _DISTAL),
    "distal_phalanx_2": _phalanx(34, 22, _DISTAL),
    "distal_phalanx_3": _phalanx(24, 15, _DISTAL),
    "distal_phalanx_4": _phalanx(25, 15, _DISTAL),
    "distal_phalanx_5": _phalanx(39, 24, _DISTAL),
    "metacarpal_1": EpiphysisTimes((31, 19), (116, 92), (166, 142), (178, 158), (195, 174)),
    "metacarpal_2": _metacarpal(19, 13),
    "metacarpal_3": _metacarpal(21, 14),
    "metacarpal_4": _metacarpal(24, 15),
    "metacarpal_5": _metacarpal(26, 16),
    "radius": EpiphysisTimes((13, 10), (118, 94), (168, 144), (196, 182), (215, 205)),
    "ulna": EpiphysisTimes((84, 66), (140, 116), (174, 152), (192, 178), (211, 198)),
}

CARPALS: dict[str, CarpalTimes] = {
    "capitate": CarpalTimes((3, 2), (172, 148)),
    "hamate": CarpalTimes((4, 3), (172, 148)),
    "triquetral": CarpalTimes((29, 21), (172, 148)),
    "lunate": CarpalTimes((44, 33), (172, 148)),
    "scaphoid": CarpalTimes((69, 50), (172, 148)),
    "trapezium": CarpalTimes((66, 48), (172, 148)),
    "trapezoid": CarpalTimes((72, 50), (172, 148)),
    "pisiform": CarpalTimes((130, 106), (180, 156)),
}

ADDUCTOR_SESAMOID = CarpalTimes((154, 129), (190, 168))


def _ramp(value: float, start: float, end: float) -> float:
    return float(min(max((value - start) / (end - start), 0.0), 1.0))


def epiphysis_stage(name: str, age_months: float, is_male: bool) -> EpiphysisStage:
    """Return the state of the epiphysis `name` (a key of `EPIPHYSES`) at an age."""
    times, sex = EPIPHYSES[name], 0 if is_male else 1
    appears = times.appears[sex]
    if age_months < appears:
        return EpiphysisStage(0.0, 0.0, 0.0, 0.0)
    spread = _ramp(age_months, appears, times.full_width[sex])
    cap = _ramp(age_months, times.full_width[sex], times.caps[sex])
    fusion = _ramp(age_months, times.fusion_starts[sex], times.fusion_ends[sex])
    return EpiphysisStage(
        width=0.2 + 0.78 * spread**0.45 + 0.08 * cap,
        fusion=fusion,
        cap=cap,
        months_fused=max(age_months - times.fusion_ends[sex], 0.0),
    )


def _carpal_stage(times: CarpalTimes, age_months: float, is_male: bool) -> CarpalStage:
    sex = 0 if is_male else 1
    if age_months < times.appears[sex]:
        return CarpalStage(0.0, 0.0)
    progress = _ramp(age_months, times.appears[sex], times.adult_shape[sex])
    return CarpalStage(size=0.16 + 0.84 * progress**0.3, angularity=progress**0.85)


def carpal_stage(name: str, age_months: float, is_male: bool) -> CarpalStage:
    """Return the state of the carpal bone `name` (a key of `CARPALS`) at an age."""
    return _carpal_stage(CARPALS[name], age_months, is_male)


def sesamoid_stage(age_months: float, is_male: bool) -> CarpalStage:
    """Return the state of the adductor sesamoid of the thumb, a sign of puberty."""
    return _carpal_stage(ADDUCTOR_SESAMOID, age_months, is_male)


def num_carpals(age_months: float, is_male: bool) -> int:
    """Count the carpal bones that have begun to ossify."""
    return sum(carpal_stage(name, age_months, is_male).size > 0 for name in CARPALS)


def num_epiphyses(age_months: float, is_male: bool) -> int:
    """Count the epiphyses that have begun to ossify, fused or not."""
    return sum(epiphysis_stage(name, age_months, is_male).width > 0 for name in EPIPHYSES)


def num_fused_epiphyses(age_months: float, is_male: bool) -> int:
    """Count the epiphyses whose growth plate has closed completely."""
    return sum(epiphysis_stage(name, age_months, is_male).fusion >= 1 for name in EPIPHYSES)


def maturity(age_months: float, is_male: bool) -> float:
    """Return the general skeletal maturity: 0 at birth, 1 when the metacarpals have fused."""
    end = _METACARPAL[1][0 if is_male else 1]
    return float(np.clip(age_months / end, 0.0, 1.0))
