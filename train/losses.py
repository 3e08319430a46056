"""What training minimises."""

from __future__ import annotations

import torch
from torch.nn import functional

from train.age_classes import MONTHS_PER_CLASS

WINDOW_DISTANCE = 0.25
"""Windows whose centres are at least this far apart do not repel each other; image coordinates."""


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


def window_loss(
    theta: torch.Tensor,
    anchors: torch.Tensor,
    *,
    diversity_weight: float,
    anchor_weight: float,
) -> torch.Tensor:
    """Keeps windows apart, and at first near where they started.

    Args:
        theta: (B, N, 3) windows (s, t_x, t_y).
        anchors: (N, 2) where they started.
        diversity_weight: of the mean over pairs of relu(0.25 - distance)^2; 0 at the start.
        anchor_weight: of the mean over windows of the squared distance from the anchor.

    Returns:
        Scalar, the mean over the batch.
    """
    position = theta[..., 1:]
    pull = (position - anchors).square().sum(dim=-1).mean()
    loss = anchor_weight * pull
    num_windows = theta.shape[1]
    if num_windows < 2:
        return loss
    first, second = torch.triu_indices(num_windows, num_windows, offset=1, device=theta.device)
    distance = torch.linalg.vector_norm(position[:, first] - position[:, second], dim=-1)
    return loss + diversity_weight * functional.relu(WINDOW_DISTANCE - distance).square().mean()
