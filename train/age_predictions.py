"""What was predicted for some radiographs, whatever head the network has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train.age_classes import class_from_months


@dataclass(frozen=True)
class AgePredictions:
    """Predictions for N radiographs.

    Attributes:
        months: (N,) float64 expected bone age.
        probabilities: (N, 19) float64, rows sum to one; None where the head gives none.
    """

    months: np.ndarray
    probabilities: np.ndarray | None

    @property
    def classes(self) -> np.ndarray:
        """(N,) int64: the most probable class, or that of the age where there is no probability."""
        if self.probabilities is None:
            return class_from_months(self.months)
        return self.probabilities.argmax(axis=1)
