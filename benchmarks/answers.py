"""Whether an answer is right; a time counts only after it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ril import reference

Scales = Sequence[tuple[int, float]]

SIDE = 20  # of the parts of a picture that plain Python computes again
VARIANCE_TOLERANCE = 1e-3


class WrongAnswerError(Exception):
    """A program computes something that it should not; its time would mean nothing."""


def check_against_reference(
    image: np.ndarray, values: np.ndarray, scales: Scales, method: str, name: str
) -> None:
    """A corner and the centre of (H, W) must equal the definition; values are (S, H, W)."""
    height, width = image.shape
    middle = (
        slice((height - SIDE) // 2, (height + SIDE) // 2),
        slice((width - SIDE) // 2, (width + SIDE) // 2),
    )
    for s, (P, R) in enumerate(scales):
        margin = math.ceil(R) + 1
        inside, up_to = slice(margin, -margin), slice(0, -margin)
        for part, valid in (((slice(SIDE), slice(SIDE)), up_to), (middle, inside)):
            expected = reference.local_binary_pattern(image[part], P, R, method)  # type: ignore[arg-type]
            if not np.array_equal(values[s][part][valid, valid], expected[valid, valid]):
                raise WrongAnswerError(
                    f"{name}: differs from the definition at ({P}, {R}), {method}"
                )


def check_equal(values: np.ndarray, expected: np.ndarray, name: str) -> None:
    """Exact means ==; NaN is what NaN was."""
    if not np.array_equal(values, expected, equal_nan=values.dtype.kind == "f"):
        raise WrongAnswerError(f"{name}: the values differ")


def share_inside(values: np.ndarray, ours: np.ndarray, R: float, method: str) -> float:
    """Share of the pixels inside the border, all of (H, W), whose values agree with ours."""
    margin = math.ceil(R) + 1
    inside = (slice(margin, -margin), slice(margin, -margin))
    if method == "var":
        numbers = np.nan_to_num(values[inside])  # scikit-image: NaN where all samples are equal
        same = np.isclose(numbers, ours[inside], rtol=VARIANCE_TOLERANCE, atol=VARIANCE_TOLERANCE)
    else:
        same = values[inside] == ours[inside]
    return float(np.mean(same))


def check_share(share: float, expected: float, name: str) -> None:
    """A peer of the same definition must agree almost everywhere.

    Not everywhere: floating point decides near ties in its own way, and scikit-image rounds its
    offsets to five decimals, which moves some exact ties at (16, 2).
    """
    if share < expected:
        raise WrongAnswerError(
            f"{name}: agrees in {share:.2%} of the pixels, not in {expected:.0%}"
        )
