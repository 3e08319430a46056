"""One logit for each step from a class to the next."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from train.heads.classes import class_of
from train.heads.expectation import expectation, mae_years
from train.heads.head import Ages, Head


class OrdinalHead(Head):
    """Conditional ordinal regression (Shi, Cao and Raschka 2021: CORN).

    Logit k says how probable a class above k is, given that the class is at least k. Products of
    these are P(class > k), which therefore never rise with k, whatever the weights; differences of
    those are the probabilities of the classes. Each logit learns from the radiographs of its
    condition alone. CORN divides the sum over logits by the number of their radiographs; here it
    is the mean over the batch, which makes it the negative log-likelihood of the class.

    Args:
        age_values_months: (19,) months that each class stands for.
        mae_weight: of the expectation's MAE in years, the second term of the loss.
    """

    values: torch.Tensor

    def __init__(self, age_values_months: np.ndarray, mae_weight: float) -> None:
        super().__init__()
        self.mae_weight = mae_weight
        self.register_buffer("values", torch.tensor(age_values_months), persistent=False)

    def loss(self, outputs: torch.Tensor, bone_age_months: torch.Tensor) -> torch.Tensor:
        """See `Head.loss`."""
        logits = outputs.float()
        classes = class_of(bone_age_months)[:, None]
        step = torch.arange(logits.shape[1], device=logits.device)
        is_above = (classes > step).float()
        is_concerned = (classes >= step).float()
        terms = functional.binary_cross_entropy_with_logits(logits, is_above, reduction="none")
        loss = (terms * is_concerned).sum(dim=1).mean()
        if self.mae_weight == 0:
            return loss
        return loss + self.mae_weight * mae_years(self.ages(logits).months, bone_age_months)

    def ages(self, outputs: torch.Tensor) -> Ages:
        """See `Head.ages`."""
        above = functional.logsigmoid(outputs).cumsum(dim=1).exp()
        certain = above.new_ones(len(above), 1)
        none = above.new_zeros(len(above), 1)
        probabilities = torch.cat((certain, above), dim=1) - torch.cat((above, none), dim=1)
        return Ages(expectation(probabilities, self.values), probabilities)
