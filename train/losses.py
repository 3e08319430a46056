"""What training minimises beside the loss of the head."""

from __future__ import annotations

import torch
from torch.nn import functional

WINDOW_DISTANCE = 0.25
"""Windows whose centres are at least this far apart do not repel each other; image coordinates."""


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
