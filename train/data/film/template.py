"""The average hand and how hands differ from it (probabilistic PCA of gradient directions).

Tipping and Bishop, Probabilistic principal component analysis, J. R. Statist. Soc. B 61 (1999).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from train.data.film.gradients import as_if_righted, direction_histograms
from train.data.film.poses import POSES

TEMPLATE_FILE = Path(__file__).with_name("hand_template.npz")
NUM_COMPONENTS = 48


@dataclass(frozen=True)
class HandTemplate:
    """Upright left hands as a Gaussian over F = 1,024 features.

    Attributes:
        mean: (F,).
        components: (K, F) orthonormal directions in which hands differ most.
        variances: (K,) along them.
        residual_variance: along every other direction.
    """

    mean: np.ndarray
    components: np.ndarray
    variances: np.ndarray
    residual_variance: float

    @classmethod
    def fit(cls, features: np.ndarray, weights: np.ndarray) -> HandTemplate:
        """From (N, F) features of upright left hands, N > F, and what each is to count, (N,)."""
        mean = np.average(features, axis=0, weights=weights)
        scaled = (features - mean) * np.sqrt(weights / weights.mean())[:, np.newaxis]
        _, singular_values, directions = np.linalg.svd(scaled, full_matrices=False)
        variances = singular_values**2 / len(features)
        return cls(
            mean,
            directions[:NUM_COMPONENTS],
            variances[:NUM_COMPONENTS],
            float(variances[NUM_COMPONENTS:].mean()),
        )

    def distances(self, features: np.ndarray) -> np.ndarray:
        """(N, F) -> (N,) squared Mahalanobis distances from the average hand."""
        centred = features - self.mean
        along = centred @ self.components.T
        beside = (centred**2).sum(axis=1) - (along**2).sum(axis=1)
        return (along**2 / self.variances).sum(axis=1) + beside / self.residual_variance

    def save(self, path: Path) -> None:
        """Write it; `load` gives it back within half precision."""
        np.savez_compressed(
            path,
            mean=self.mean.astype(np.float16),
            components=self.components.astype(np.float16),
            variances=self.variances.astype(np.float32),
            residual_variance=np.float32(self.residual_variance),
        )


@cache
def load_template() -> HandTemplate:
    """The template that comes with the package."""
    with np.load(TEMPLATE_FILE) as stored:
        return HandTemplate(
            stored["mean"].astype(np.float64),
            stored["components"].astype(np.float64),
            stored["variances"].astype(np.float64),
            float(stored["residual_variance"]),
        )


def pose_distances(picture: np.ndarray, template: HandTemplate) -> np.ndarray:
    """(16,) distance of a picture from the average hand, were it in each of `POSES`."""
    histograms = direction_histograms(picture)
    righted = [as_if_righted(histograms, pose).ravel() for pose in POSES]
    return template.distances(np.stack(righted))
