"""Optimiser, learning rate and one step."""

from __future__ import annotations

import itertools
import math
from typing import Any

import torch
from torch import nn

from train.config import TrainingConfig
from train.data.dataset import Batch
from train.engine.processes import average_over_processes
from train.losses import bone_age_loss, window_loss
from train.model.attention_network import AttentionNetwork
from train.model.make_network import Network

EMBEDDINGS = ("sex_shift", "sex_embedding", "region_embedding")


def make_optimizer(network: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    """Adam or AdamW; weight decay spares biases, BatchNorm and embeddings.

    The localiser of an attention network has groups of its own, with its own learning rate.
    """
    if config.optimizer == "adam":
        groups = _groups(network, weight_decay=0.0)
        optimizer: torch.optim.Optimizer = torch.optim.Adam(groups, lr=config.learning_rate)
    else:
        groups = _groups(network, weight_decay=config.weight_decay)
        optimizer = torch.optim.AdamW(groups, lr=config.learning_rate)
    _set_rates(optimizer, config.learning_rate, config.localiser_learning_rate_factor)
    return optimizer


def set_learning_rates(
    optimizer: torch.optim.Optimizer, config: TrainingConfig, step: int, num_steps: int
) -> None:
    """Give each group its learning rate of step `step` of 0..num_steps - 1.

    The localiser is frozen by a rate of zero: its weights stay, its BatchNorm follows the data.
    """
    is_frozen = step < config.localiser_frozen_epochs * (num_steps // config.epochs)
    factor = 0.0 if is_frozen else config.localiser_learning_rate_factor
    _set_rates(optimizer, learning_rate(config, step, num_steps), factor)


def learning_rate(config: TrainingConfig, step: int, num_steps: int) -> float:
    """Learning rate of step `step` of 0..num_steps - 1."""
    rate = config.learning_rate * min(1.0, (step + 1) / max(config.warmup_steps, 1))
    if config.schedule == "half_at_middle":
        return rate if step < num_steps / 2 else rate / 2
    if config.schedule == "cosine":
        return rate * (1 + math.cos(math.pi * step / num_steps)) / 2
    return rate


def fading_anchor_weight(config: TrainingConfig, step: int, num_steps: int) -> float:
    """Weight of the pull towards the windows' grid: falls to zero at the middle of the run."""
    return config.window_anchor_weight * max(0.0, 1 - 2 * step / num_steps)


def train_step(
    network: Network,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    age_values_months: torch.Tensor,
    config: TrainingConfig,
    anchor_weight: float = 0.0,
) -> float:
    """One update of the weights; returns the loss before it.

    `anchor_weight` is what is left of the pull to the grid, for a network with windows.
    """
    optimizer.zero_grad(set_to_none=True)
    if isinstance(network, AttentionNetwork):
        logits, theta = network.forward_with_windows(batch.channels, batch.sex)
    else:
        logits, theta = network(batch.channels, batch.sex), None
    loss = bone_age_loss(logits, batch.bone_age_months, age_values_months, config.mae_weight)
    if theta is not None:
        loss = loss + window_loss(
            theta,
            network.anchors,
            diversity_weight=config.window_diversity_weight,
            anchor_weight=anchor_weight,
        )
    loss.backward()
    loss = average_over_processes(network, loss)
    if config.gradient_clip > 0:
        nn.utils.clip_grad_norm_(network.parameters(), config.gradient_clip)
    optimizer.step()
    return loss.item()


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {
        key: [] for key in itertools.product((False, True), (True, False))
    }
    for name, parameter in network.named_parameters():
        is_localiser = name.startswith("localiser.")
        is_decayed = parameter.ndim > 1 and not any(part in EMBEDDINGS for part in name.split("."))
        groups[is_localiser, is_decayed].append(parameter)
    return [
        {
            "params": parameters,
            "weight_decay": weight_decay if is_decayed else 0.0,
            "is_localiser": is_localiser,
        }
        for (is_localiser, is_decayed), parameters in groups.items()
        if parameters
    ]


def _set_rates(optimizer: torch.optim.Optimizer, rate: float, localiser_factor: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate * localiser_factor if group["is_localiser"] else rate
