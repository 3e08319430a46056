"""One number: the age itself."""

from __future__ import annotations

import numpy as np
import torch

from train.age_classes import MAX_MONTHS, MIN_MONTHS
from train.heads.head import Ages, Head


class RegressionHead(Head):
    """The age in months, standardised by the training rows; trained by its absolute error.

    The loss is in standard deviations of the training ages, so that a network that names their
    mean starts near 0.8, whatever the data set. It has no probabilities of classes.

    Args:
        training_months: (N,) ages of the training rows.
    """

    def __init__(self, training_months: np.ndarray) -> None:
        super().__init__()
        self.mean = float(training_months.mean())
        self.std = max(float(training_months.std()), 1.0)

    def loss(self, outputs: torch.Tensor, bone_age_months: torch.Tensor) -> torch.Tensor:
        """See `Head.loss`."""
        target = (bone_age_months - self.mean) / self.std
        return (outputs.float().squeeze(1) - target).abs().mean()

    def ages(self, outputs: torch.Tensor) -> Ages:
        """See `Head.ages`; an age outside 1..228 months is brought back to its end."""
        months = outputs.squeeze(1) * self.std + self.mean
        return Ages(months.clamp(MIN_MONTHS, MAX_MONTHS), None)
