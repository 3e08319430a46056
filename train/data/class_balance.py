"""Let training see rare ages more often than they occur."""

from __future__ import annotations

import numpy as np

from train.age_classes import NUM_CLASSES, class_from_months


def class_weights(bone_age_months: np.ndarray, balance: float) -> np.ndarray:
    """How often an epoch should visit each row.

    Args:
        bone_age_months: (N,) ages of the training rows.
        balance: e of the weight 1 / (rows of the class)^e: 0 leaves the classes as they are, 1
            makes them equally frequent, 0.5 lies between ("square-root sampling").

    Returns:
        (N,) float64 visits an epoch, sum N.
    """
    classes = class_from_months(bone_age_months)
    counts = np.bincount(classes, minlength=NUM_CLASSES)
    weights = counts[classes].astype(np.float64) ** -balance
    return weights * len(weights) / weights.sum()


def weighted_order(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """N rows in random order, row i as often as (N,) `weights` ask, rounded up or down at random.

    Systematic sampling: N equally spaced points fall on the rows laid end to end, each as long as
    its weight. Independent draws would leave out a third of the rows even at equal weights.
    """
    rows = rng.permutation(len(weights))
    ends = np.cumsum(weights[rows])
    points = (np.arange(len(weights)) + rng.random()) * (ends[-1] / len(weights))
    drawn = rows[np.searchsorted(ends[:-1], points, side="right")]
    return rng.permutation(drawn)
