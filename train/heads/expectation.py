"""The expected age, and what its error costs in training."""

from __future__ import annotations

import torch

from train.age_classes import MONTHS_PER_CLASS


def expectation(probabilities: torch.Tensor, months: torch.Tensor) -> torch.Tensor:
    """(B, K) probabilities, (K,) months that they stand for -> (B,) months."""
    return probabilities @ months.to(probabilities.dtype)


def mae_years(months: torch.Tensor, bone_age_months: torch.Tensor) -> torch.Tensor:
    """Mean absolute error in years of (B,) ages in months."""
    return (months - bone_age_months).abs().mean() / MONTHS_PER_CLASS
