"""Optimiser, learning rate and one step."""

from __future__ import annotations

import math

import torch
from torch import nn

from train.config import TrainingConfig
from train.data.dataset import Batch
from train.losses import bone_age_loss


def make_optimizer(network: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    """Adam or AdamW; weight decay spares biases, BatchNorm and the sex shift."""
    if config.optimizer == "adam":
        return torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    decayed, spared = [], []
    for name, parameter in network.named_parameters():
        is_weight = parameter.ndim > 1 and not name.startswith("sex_shift")
        (decayed if is_weight else spared).append(parameter)
    groups = [
        {"params": decayed, "weight_decay": config.weight_decay},
        {"params": spared, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.learning_rate)


def learning_rate(config: TrainingConfig, step: int, num_steps: int) -> float:
    """Learning rate of step `step` of 0..num_steps - 1."""
    rate = config.learning_rate * min(1.0, (step + 1) / max(config.warmup_steps, 1))
    if config.schedule == "half_at_middle":
        return rate if step < num_steps / 2 else rate / 2
    if config.schedule == "cosine":
        return rate * (1 + math.cos(math.pi * step / num_steps)) / 2
    return rate


def train_step(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    age_values_months: torch.Tensor,
    config: TrainingConfig,
) -> float:
    """One update of the weights; returns the loss before it."""
    optimizer.zero_grad(set_to_none=True)
    logits = network(batch.channels, batch.sex)
    loss = bone_age_loss(logits, batch.bone_age_months, age_values_months, config.mae_weight)
    loss.backward()
    if config.gradient_clip > 0:
        nn.utils.clip_grad_norm_(network.parameters(), config.gradient_clip)
    optimizer.step()
    return loss.item()
