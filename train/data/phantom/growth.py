"""How the proportions of the hand change from a newborn's to an adult's.

All factors are relative to the adult hand drawn with the same length of the third metacarpal,
estimated by eye from radiographs over the whole range of ages.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from train.data.phantom.ossification import maturity


@dataclass(frozen=True)
class Proportions:
    """Factors that turn the adult hand into the hand of a child."""

    carpus: float  # extent of the carpal region
    bone_width: float  # thickness of the shafts
    metacarpal_head: float  # width of the heads of the metacarpals
    fan: float  # added angle between neighbouring rays, radians
    finger_flesh: float  # soft tissue of the fingers
    wrist_flesh: float  # soft tissue of palm, wrist and forearm
    cortex: float  # cortical thickness, relative to the half width of the shaft
    density: float  # mineral density
    size_in_frame: float  # children's hands fill a little less of the picture


def proportions(age_months: float, is_male: bool) -> Proportions:
    """Return the proportions at an age."""
    mature = maturity(age_months, is_male)
    robust = 1.0 if is_male else 1.0 - 0.08 * mature
    return Proportions(
        carpus=1.0 + 0.28 * exp(-((age_months / 62.0) ** 2)),
        bone_width=robust * (1.0 + 0.24 * exp(-age_months / 40.0)),
        metacarpal_head=0.84 + 0.16 * min(max((mature - 0.5) / 0.45, 0.0), 1.0),
        fan=0.06 * exp(-age_months / 55.0),
        finger_flesh=robust * (1.0 + 0.58 * exp(-age_months / 45.0)),
        wrist_flesh=robust * (1.0 + 0.48 * exp(-age_months / 50.0)),
        cortex=0.36 + 0.10 * mature,
        density=0.92 + 0.08 * mature,
        size_in_frame=0.93 + 0.07 * (1.0 - exp(-age_months / 50.0)),
    )
