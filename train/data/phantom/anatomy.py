"""The adult left hand, seen from the front (PA), as numbers.

Lengths are in units in which the third metacarpal is 213 long; the origin is the middle of the
capitate, x to the right (the thumb's side), y downwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train.data.phantom.arrays import FloatArray


@dataclass(frozen=True)
class BoneShape:
    """Widths of one tubular bone: at its base, its narrowest place and its head."""

    base: float
    waist: float
    head: float


RAYS: dict[int, FloatArray] = {
    # base and head of the metacarpal, then the bases of the phalanges and the tip
    1: np.array([(100, -24), (166, -170), (203, -280), (221, -353)], float),
    2: np.array([(50, -40), (66, -258), (90, -401), (101, -483), (103, -540)], float),
    3: np.array([(0, -42), (-15, -256), (-19, -420), (-28, -523), (-36, -592)], float),
    4: np.array([(-39, -44), (-77, -227), (-102, -380), (-121, -477), (-132, -544)], float),
    5: np.array([(-66, -36), (-138, -191), (-184, -306), (-208, -369), (-221, -428)], float),
}
"""Joints of each ray from the carpus to the finger tip."""

SEGMENTS: dict[int, tuple[str, ...]] = {
    1: ("metacarpal_1", "proximal_phalanx_1", "distal_phalanx_1"),
    **{
        ray: tuple(
            f"{segment}_{ray}"
            for segment in ("metacarpal", "proximal_phalanx", "middle_phalanx", "distal_phalanx")
        )
        for ray in (2, 3, 4, 5)
    },
}
"""Names of the bones of each ray, in the order of `RAYS`."""

SHAPES: dict[str, BoneShape] = {
    "metacarpal_1": BoneShape(54, 27, 48),
    "metacarpal_2": BoneShape(52, 22, 47),
    "metacarpal_3": BoneShape(46, 22, 49),
    "metacarpal_4": BoneShape(39, 18, 42),
    "metacarpal_5": BoneShape(44, 20, 40),
    "proximal_phalanx_1": BoneShape(49, 25, 38),
    "proximal_phalanx_2": BoneShape(52, 26, 37),
    "proximal_phalanx_3": BoneShape(55, 29, 41),
    "proximal_phalanx_4": BoneShape(50, 26, 37),
    "proximal_phalanx_5": BoneShape(43, 21, 30),
    "middle_phalanx_2": BoneShape(42, 22, 33),
    "middle_phalanx_3": BoneShape(45, 25, 35),
    "middle_phalanx_4": BoneShape(42, 23, 33),
    "middle_phalanx_5": BoneShape(35, 18, 26),
    "distal_phalanx_1": BoneShape(39, 20, 27),
    "distal_phalanx_2": BoneShape(34, 15, 22),
    "distal_phalanx_3": BoneShape(38, 17, 27),
    "distal_phalanx_4": BoneShape(35, 16, 25),
    "distal_phalanx_5": BoneShape(30, 12, 19),
    "radius": BoneShape(46, 42, 100),
    "ulna": BoneShape(38, 32, 52),
}

FOREARM: dict[str, FloatArray] = {
    # proximal point (beyond the picture), distal articular surface
    "radius": np.array([(-115, 860), (6, 72)], float),
    "ulna": np.array([(-140, 860), (-84, 84)], float),
}

WRIST: FloatArray = np.array((-32, 70), float)
"""The point about which the hand deviates against the forearm."""

SESAMOID: FloatArray = np.array((134, -162), float)

CARPAL_SPACING = 1.05
"""Adult carpal bones overlap in projection: their outlines are drawn this much larger."""

CARPAL_OUTLINES: dict[str, FloatArray] = {
    # in the order of drawing
    "trapezoid": np.array(
        [(25, -26), (48, -36), (70, -30), (72, -12), (58, 0), (36, -4), (26, -14)], float
    ),
    "trapezium": np.array(
        [(66, -34), (92, -38), (106, -20), (108, -6), (92, 14), (72, 8), (58, -8)], float
    ),
    "capitate": np.array(
        [
            (-20, -34),
            (16, -37),
            (23, -18),
            (25, 4),
            (30, 22),
            (16, 44),
            (-6, 45),
            (-23, 24),
            (-26, -8),
        ],
        float,
    ),
    "hamate": np.array(
        [
            (-78, -18),
            (-56, -36),
            (-29, -40),
            (-27, -10),
            (-27, 20),
            (-34, 26),
            (-54, 12),
            (-76, -2),
        ],
        float,
    ),
    "triquetral": np.array(
        [(-84, 12), (-66, 6), (-48, 16), (-36, 26), (-42, 42), (-60, 58), (-78, 50), (-86, 32)],
        float,
    ),
    "lunate": np.array(
        [(-46, 62), (-30, 44), (-12, 44), (8, 46), (10, 62), (-4, 76), (-28, 80), (-46, 76)], float
    ),
    "scaphoid": np.array(
        [(4, 66), (16, 50), (36, 32), (50, 8), (66, 10), (76, 32), (66, 54), (42, 72), (16, 80)],
        float,
    ),
    "pisiform": np.array([(-80, 36), (-70, 26), (-58, 30), (-54, 44), (-62, 56), (-74, 54)], float),
}
