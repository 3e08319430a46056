"""One logit for each month: a learned distribution of the age."""

from __future__ import annotations

import torch

from train.age_classes import MAX_MONTHS, MIN_MONTHS, MONTHS_PER_CLASS, NUM_CLASSES
from train.heads.classes import class_of
from train.heads.expectation import expectation, mae_years
from train.heads.head import Ages, Head

MARGIN_MONTHS = 2 * MONTHS_PER_CLASS
"""Months before the first and after the last age that the distribution may reach into. Without
them, a soft label at either end would be cut in half and its expectation would be wrong."""
NUM_MONTHS = MARGIN_MONTHS + MAX_MONTHS + MARGIN_MONTHS


class DistributionHead(Head):
    """Softmax over months; the age is its expectation (Gao et al., IJCAI 2018: DLDL-v2).

    Trained towards a Gaussian around the label by Kullback-Leibler divergence, which is 0 for a
    perfect prediction, plus `mae_weight` times the expectation's MAE in years.

    Args:
        sigma_months: width of the Gaussian; at most a third of the margin.
        mae_weight: of the second term.
    """

    months: torch.Tensor
    class_of_month: torch.Tensor

    def __init__(self, sigma_months: float, mae_weight: float) -> None:
        super().__init__()
        self.sigma_months = sigma_months
        self.mae_weight = mae_weight
        months = torch.arange(NUM_MONTHS, dtype=torch.float64) + (1 - MARGIN_MONTHS)
        classes = class_of(months.clamp(MIN_MONTHS, MAX_MONTHS))
        self.register_buffer("months", months, persistent=False)
        self.register_buffer("class_of_month", classes, persistent=False)

    def soft_labels(self, bone_age_months: torch.Tensor) -> torch.Tensor:
        """(B,) months -> (B, 276) log-probabilities, float32."""
        distance = (self.months.float() - bone_age_months[:, None]) / self.sigma_months
        return (-distance.square() / 2).log_softmax(dim=1)

    def loss(self, outputs: torch.Tensor, bone_age_months: torch.Tensor) -> torch.Tensor:
        """See `Head.loss`."""
        logits = outputs.float()
        label = self.soft_labels(bone_age_months)
        divergence = (label.exp() * (label - logits.log_softmax(dim=1))).sum(dim=1).mean()
        if self.mae_weight == 0:
            return divergence
        months = expectation(logits.softmax(dim=1), self.months)
        return divergence + self.mae_weight * mae_years(months, bone_age_months)

    def ages(self, outputs: torch.Tensor) -> Ages:
        """See `Head.ages`; an expectation outside 1..228 months is brought back to its end."""
        by_month = outputs.softmax(dim=1)
        months = expectation(by_month, self.months).clamp(MIN_MONTHS, MAX_MONTHS)
        by_class = by_month.new_zeros(len(by_month), NUM_CLASSES)
        return Ages(months, by_class.index_add(1, self.class_of_month, by_month))
