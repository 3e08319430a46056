"""One logit for each age class: the paper's head."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from train.age_classes import MONTHS_PER_CLASS
from train.heads.expectation import expectation, mae_years
from train.heads.head import Ages, Head


def class_of(bone_age_months: torch.Tensor) -> torch.Tensor:
    """(B,) months, 1..228 -> (B,) int64 class, 0..18."""
    return torch.ceil(bone_age_months / MONTHS_PER_CLASS).long() - 1


class ClassesHead(Head):
    """Softmax over the classes; the age is the expectation of the months that they stand for.

    Trained by cross-entropy, plus `mae_weight` times the expectation's MAE in years; a weight of 0
    is the paper's loss.

    Args:
        age_values_months: (19,) months that each class stands for.
        mae_weight: of the second term.
    """

    values: torch.Tensor

    def __init__(self, age_values_months: np.ndarray, mae_weight: float) -> None:
        super().__init__()
        self.mae_weight = mae_weight
        self.register_buffer("values", torch.tensor(age_values_months), persistent=False)

    def loss(self, outputs: torch.Tensor, bone_age_months: torch.Tensor) -> torch.Tensor:
        """See `Head.loss`."""
        logits = outputs.float()
        loss = functional.cross_entropy(logits, class_of(bone_age_months))
        if self.mae_weight == 0:
            return loss
        return loss + self.mae_weight * mae_years(self.ages(logits).months, bone_age_months)

    def ages(self, outputs: torch.Tensor) -> Ages:
        """See `Head.ages`."""
        probabilities = outputs.softmax(dim=1)
        return Ages(expectation(probabilities, self.values), probabilities)
