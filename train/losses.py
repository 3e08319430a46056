"""What training minimises."""

from __future__ import annotations

import torch
from torch.nn import functional

from train.age_classes import MONTHS_PER_CLASS


def expected_months(logits: torch.Tensor, age_values_months: torch.Tensor) -> torch.Tensor:
    """Softmax expectation: (B, 19) logits, (19,) months -> (B,) months."""
    return logits.float().softmax(dim=1) @ age_values_months


def bone_age_loss(
    logits: torch.Tensor,
    bone_age_months: torch.Tensor,
    age_values_months: torch.Tensor,
    mae_weight: float,
) -> torch.Tensor:
    """Cross-entropy over the classes, plus `mae_weight` times the expectation's MAE in years.

    Args:
        logits: (B, 19).
        bone_age_months: (B,) months, 1..228.
        age_values_months: (19,) months that each class stands for.
        mae_weight: 0 gives the paper's plain cross-entropy.

    Returns:
        Scalar, the mean over the batch.
    """
    classes = torch.ceil(bone_age_months / MONTHS_PER_CLASS).long() - 1
    loss = functional.cross_entropy(logits.float(), classes)
    if mae_weight == 0:
        return loss
    error = (expected_months(logits, age_values_months) - bone_age_months).abs()
    return loss + mae_weight * error.mean() / MONTHS_PER_CLASS
