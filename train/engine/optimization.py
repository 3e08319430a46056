"""Optimiser, learning rate and one step."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, get_args

import torch
from torch import nn

from train.config import TrainingConfig
from train.data.dataset import Batch
from train.engine.precision import autocast, make_scaler
from train.engine.processes import average_over_processes
from train.heads import Head
from train.losses import window_loss
from train.model.attention_network import AttentionNetwork
from train.model.make_network import Network
from train.model.run_network import NetworkOutput, run_network

EMBEDDINGS = ("sex_shift", "region_embedding")
NetworkPart = Literal["other", "localiser", "whole_picture"]


def make_optimizer(network: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    """Adam or AdamW; weight decay spares biases, BatchNorm and embeddings.

    The parts of an attention network (`network_part`) have groups of their own, each with its own
    learning rate.
    """
    if config.optimizer == "adam":
        groups = _groups(network, weight_decay=0.0)
        optimizer: torch.optim.Optimizer = torch.optim.Adam(groups, lr=config.learning_rate)
    else:
        groups = _groups(network, weight_decay=config.weight_decay)
        optimizer = torch.optim.AdamW(groups, lr=config.learning_rate)
    _set_rates(optimizer, config.learning_rate, _factors(config))
    return optimizer


def hold_whole_picture(network: nn.Module, config: TrainingConfig) -> None:
    """Spare the gradients of what reads the age from the whole picture, if it is not to learn.

    Its weights stay, its BatchNorm follows the data.
    """
    if config.whole_picture_learning_rate_factor > 0:
        return
    for name, parameter in network.named_parameters():
        if network_part(network, name) == "whole_picture":
            parameter.requires_grad_(False)


def network_part(network: nn.Module, name: str) -> NetworkPart:
    """Whose learning rate a parameter has.

    Where the age is read from a localiser's features, only the layers that name the windows count
    as the localiser.
    """
    if isinstance(network, AttentionNetwork):
        if network.localiser.reads_age and name.startswith(("localiser.body.", "whole_picture.")):
            return "whole_picture"
        if name.startswith("localiser."):
            return "localiser"
    return "other"


def set_learning_rates(
    optimizer: torch.optim.Optimizer, config: TrainingConfig, step: int, num_steps: int
) -> None:
    """Give each group its learning rate of step `step` of 0..num_steps - 1.

    The localiser is frozen by a rate of zero: its weights stay, its BatchNorm follows the data.
    """
    is_frozen = step < config.localiser_frozen_epochs * (num_steps // config.epochs)
    factors = _factors(config) | ({"localiser": 0.0} if is_frozen else {})
    _set_rates(optimizer, learning_rate(config, step, num_steps), factors)


def learning_rate(config: TrainingConfig, step: int, num_steps: int) -> float:
    """Learning rate of step `step` of 0..num_steps - 1."""
    rate = config.learning_rate * min(1.0, (step + 1) / max(config.warmup_steps, 1))
    if config.schedule == "half_at_middle":
        return rate if step < num_steps / 2 else rate / 2
    if config.schedule == "step":
        epoch = step * config.epochs // num_steps
        return rate * config.step_factor ** (epoch // config.step_epochs)
    if config.schedule == "cosine":
        return rate * (1 + math.cos(math.pi * step / num_steps)) / 2
    return rate


def fading_anchor_weight(config: TrainingConfig, step: int, num_steps: int) -> float:
    """Weight of the pull towards the windows' grid: falls to zero at the middle of the run."""
    return config.window_anchor_weight * max(0.0, 1 - 2 * step / num_steps)


class StepFigures(NamedTuple):
    """What a step says of itself: its loss, and the gradient's norm before it was clipped."""

    loss: float
    gradient_norm: float


def train_step(
    network: Network,
    optimizer: torch.optim.Optimizer,
    head: Head,
    batch: Batch,
    config: TrainingConfig,
    *,
    anchor_weight: float = 0.0,
    scaler: torch.amp.GradScaler | None = None,
    run: Callable[..., NetworkOutput] = run_network,
) -> StepFigures:
    """One update of the weights.

    Args:
        network: in training mode.
        optimizer: over its parameters.
        head: gives the loss.
        batch: on the network's device.
        config: precision, clipping and weights of the loss.
        anchor_weight: what is left of the pull to the grid, for a network with windows.
        scaler: of the loss, for float16.
        run: `run_network`, or what torch.compile made of it.
    """
    device = batch.channels.device
    scaler = scaler or make_scaler("float32", device)
    optimizer.zero_grad(set_to_none=True)
    with autocast(config.precision, device):
        outputs, theta, window_outputs = run(network, batch.channels, batch.sex)
    loss = head.loss(outputs, batch.bone_age_months)
    if window_outputs is not None:
        of_windows = head.loss(window_outputs, batch.bone_age_months)
        loss = loss + config.window_age_weight * of_windows
    if theta is not None:
        loss = loss + window_loss(
            theta,
            network.anchors,
            diversity_weight=config.window_diversity_weight,
            anchor_weight=anchor_weight,
        )
    scaler.scale(loss).backward()
    loss = average_over_processes(network, loss)
    scaler.unscale_(optimizer)
    limit = config.gradient_clip if config.gradient_clip > 0 else math.inf
    norm = nn.utils.clip_grad_norm_(network.parameters(), limit)
    scaler.step(optimizer)
    scaler.update()
    return StepFigures(*torch.stack((loss.detach(), norm)).tolist())


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    groups: dict[tuple[NetworkPart, bool], list[nn.Parameter]] = {
        key: [] for key in itertools.product(get_args(NetworkPart), (True, False))
    }
    for name, parameter in network.named_parameters():
        is_decayed = parameter.ndim > 1 and not any(part in EMBEDDINGS for part in name.split("."))
        groups[network_part(network, name), is_decayed].append(parameter)
    return [
        {
            "params": parameters,
            "weight_decay": weight_decay if is_decayed else 0.0,
            "part": part,
        }
        for (part, is_decayed), parameters in groups.items()
        if parameters
    ]


def _factors(config: TrainingConfig) -> dict[NetworkPart, float]:
    """Each part's learning rate, as a part of the highest."""
    return {
        "other": 1.0,
        "localiser": config.localiser_learning_rate_factor,
        "whole_picture": config.whole_picture_learning_rate_factor,
    }


def _set_rates(
    optimizer: torch.optim.Optimizer, rate: float, factors: Mapping[NetworkPart, float]
) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate * factors[group["part"]]
