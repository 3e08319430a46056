"""The sixteen poses in which a film may be handed over, and how each is undone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Pose(NamedTuple):
    """What was done to an upright film of a left hand with bright bones, in this order."""

    is_mirrored: bool = False
    """Left-right, which is also what a right hand looks like."""
    quarter_turns: int = 0
    """Counter-clockwise, 0..3."""
    is_inverted: bool = False
    """Bones dark."""

    def describe(self) -> str:
        """What a person would call it; empty for the upright left hand."""
        turns = ("", "turned to the left", "upside down", "turned to the right")
        words = (
            "inverted (bones dark)" if self.is_inverted else "",
            turns[self.quarter_turns],
            "a right hand, or mirrored" if self.is_mirrored else "",
        )
        return ", ".join(filter(None, words))


UPRIGHT = Pose()
POSES = tuple(
    Pose(is_mirrored, quarter_turns, is_inverted)
    for is_inverted in (False, True)
    for is_mirrored in (False, True)
    for quarter_turns in range(4)
)


def posed(picture: np.ndarray, pose: Pose) -> np.ndarray:
    """An upright (H, W) uint8 or uint16 picture brought into a pose."""
    picture = picture[:, ::-1] if pose.is_mirrored else picture
    picture = np.rot90(picture, pose.quarter_turns)
    return np.ascontiguousarray(_inverted(picture) if pose.is_inverted else picture)


def righted(picture: np.ndarray, pose: Pose) -> np.ndarray:
    """Undo a pose: the inverse of `posed`, but for the zero of an inverted 16-bit picture."""
    picture = _inverted(picture) if pose.is_inverted else picture
    picture = np.rot90(picture, -pose.quarter_turns)
    return np.ascontiguousarray(picture[:, ::-1] if pose.is_mirrored else picture)


def _inverted(picture: np.ndarray) -> np.ndarray:
    """8 bits about 255; 16 bits about their own maximum, as 10 to 14 of them may be in use."""
    highest = 255 if picture.dtype == np.uint8 else picture.max()
    return highest - picture
