"""The nineteen age classes and the ages they stand for.

A bone age of m months, 1..228, belongs to class ceil(m / 12) - 1, which for whole months is
(m - 1) // 12: the only unclamped rule that gives exactly the paper's 19 classes (section 1.3).
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

NUM_CLASSES = 19
MONTHS_PER_CLASS = 12
MIN_MONTHS = 1
MAX_MONTHS = NUM_CLASSES * MONTHS_PER_CLASS

ExpectationRule = Literal["upper", "lower", "centre", "class_mean"]
EXPECTATION_RULES: tuple[ExpectationRule, ...] = get_args(ExpectationRule)


def class_from_months(bone_age_months: np.ndarray) -> np.ndarray:
    """Class index of each age.

    Args:
        bone_age_months: (...) ages in months, within 1..228, whole or fractional.

    Returns:
        (...) int64, 0..18.

    Raises:
        ValueError: an age is outside 1..228 months.
    """
    months = np.asarray(bone_age_months, dtype=np.float64)
    outside = ~((months >= MIN_MONTHS) & (months <= MAX_MONTHS))
    if outside.any():
        raise ValueError(
            f"bone age must be {MIN_MONTHS}..{MAX_MONTHS} months, got {months[outside].flat[0]:g}"
        )
    return np.ceil(months / MONTHS_PER_CLASS).astype(np.int64) - 1


def age_values_months(
    rule: ExpectationRule, training_months: np.ndarray | None = None
) -> np.ndarray:
    """Age in months that each class contributes to the expectation.

    Args:
        rule: `upper` is the paper's vector 1..19 years (each bin's upper edge); `lower` is
            0..18 years; `centre` is the mean of a bin's whole months, 12 k + 6.5; `class_mean` is
            the mean age of the training rows of the class (a class without rows takes `centre`).
        training_months: (N,) ages of the training rows, needed by `class_mean` alone.

    Returns:
        (19,) float64 months.
    """
    lower = np.arange(NUM_CLASSES, dtype=np.float64) * MONTHS_PER_CLASS
    if rule == "lower":
        return lower
    if rule == "upper":
        return lower + MONTHS_PER_CLASS
    centre = lower + (1 + MONTHS_PER_CLASS) / 2
    if rule == "centre":
        return centre
    if training_months is None:
        raise ValueError("the class_mean rule needs the ages of the training rows")
    return _class_means(np.asarray(training_months, dtype=np.float64), centre)


def _class_means(months: np.ndarray, fallback: np.ndarray) -> np.ndarray:
    classes = class_from_months(months)
    counts = np.bincount(classes, minlength=NUM_CLASSES)
    sums = np.bincount(classes, weights=months, minlength=NUM_CLASSES)
    return np.where(counts > 0, sums / np.maximum(counts, 1), fallback)
