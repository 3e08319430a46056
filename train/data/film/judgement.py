"""The rules, with thresholds measured on real films (`experiments/README.md`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from train.data.film.poses import POSES, UPRIGHT, Pose
from train.data.film.template import load_template, pose_distances

Verdict = Literal["hand", "doubtful", "no hand"]

NO_HAND_BELOW = 0.24
DOUBTFUL_BELOW = 0.63
"""Of `preference`. Of the pictures of other things that were tried, none is above."""
RIGHTED_ABOVE = 0.1
"""By how much a turned or inverted pose must be nearer than an upright one."""
MIRRORED_ABOVE = 0.2
"""By how much the mirrored pose must be nearer; hands with closed fingers are hard to tell."""


@dataclass(frozen=True)
class Judgement:
    """What a picture looks like.

    Attributes:
        verdict: `no hand` should be refused, `doubtful` should be looked at.
        pose: the one to undo.
        preference: how much nearer to the average hand the picture is in its best pose than in
            the median of all sixteen, in units of the best distance. What is no hand has no up.
    """

    verdict: Verdict
    pose: Pose
    preference: float


def judge(picture: np.ndarray, is_right_hand: bool | None = None) -> Judgement:
    """Judge a decoded picture, (H, W) uint8 or uint16; None where nobody knows which hand it is."""
    if picture.min() == picture.max():
        return Judgement("no hand", UPRIGHT, 0.0)
    distances = pose_distances(picture, load_template())
    nearest = float(distances.min())
    preference = float(np.median(distances)) / nearest - 1
    if preference < NO_HAND_BELOW:
        return Judgement("no hand", UPRIGHT, preference)
    verdict: Verdict = "doubtful" if preference < DOUBTFUL_BELOW else "hand"
    of_pose = dict(zip(POSES, distances, strict=True))
    return Judgement(verdict, _pose(of_pose, is_right_hand), preference)


def _pose(distances: dict[Pose, float], is_right_hand: bool | None) -> Pose:
    """The nearest pose, but no righting and no mirroring that is not clearly nearer."""
    sides = (False, True) if is_right_hand is None else (is_right_hand,)
    of_side = {pose: distances[pose] for pose in POSES if pose.is_mirrored in sides}
    nearest = min(of_side, key=of_side.__getitem__)
    upright = min(distances[Pose(is_mirrored=side)] for side in sides)
    if upright < (1 + RIGHTED_ABOVE) * distances[nearest]:
        nearest = UPRIGHT
    if is_right_hand is not None:
        return nearest._replace(is_mirrored=is_right_hand)
    left, right = nearest._replace(is_mirrored=False), nearest._replace(is_mirrored=True)
    is_right = distances[left] > (1 + MIRRORED_ABOVE) * distances[right]
    return right if is_right else left
