"""Confidence intervals."""

from __future__ import annotations

import numpy as np

NUM_RESAMPLES = 2000


def bootstrap_mean_interval(
    values: np.ndarray, *, confidence: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean (Efron 1979), 2,000 resamples.

    Args:
        values: (N,) one figure a radiograph, N >= 1.
        confidence: coverage.
        seed: of the resampling, so that a report can be made again.

    Returns:
        Lower and upper end.
    """
    rng = np.random.default_rng(seed)
    means = np.empty(NUM_RESAMPLES)
    for resample in range(NUM_RESAMPLES):
        means[resample] = values[rng.integers(0, len(values), len(values))].mean()
    tail = 50 * (1 - confidence)
    low, high = np.percentile(means, [tail, 100 - tail])
    return float(low), float(high)
