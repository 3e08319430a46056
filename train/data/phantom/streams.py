"""Random streams: one per seed and purpose, so that the order of calls does not matter."""

from __future__ import annotations

import numpy as np

_PURPOSES = (
    *("subject", "posture", "imaging", "texture", "noise", "dataset", "marker"),
    *("faults", "collimation", "text", "turn"),
)


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Return the random stream of a seed for one purpose."""
    sequence = np.random.SeedSequence((seed, _PURPOSES.index(purpose)))
    return np.random.Generator(np.random.PCG64(sequence))


def bounded_normal(rng: np.random.Generator, bound: float = 2.5) -> float:
    """Return a normal deviate cut at `bound` standard deviations."""
    return float(np.clip(rng.standard_normal(), -bound, bound))
