"""Run a network over radiographs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from train.age_classes import NUM_CLASSES
from train.data.dataset import Batch
from train.errors import UserError
from train.model.attention_network import AttentionNetwork


class Predictions(NamedTuple):
    """What a network says of N radiographs.

    Attributes:
        probabilities: (N, 19) float64 softmax.
        theta: (N, num_windows, 3) float32 windows; None of a network without attention.
    """

    probabilities: np.ndarray
    theta: np.ndarray | None


def resolve_device(name: str) -> torch.device:
    """`auto` is the GPU where there is one. Raises UserError where a GPU is asked for in vain."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError("PyTorch finds no CUDA device here; use --device cpu")
    return torch.device(name)


def predict_probabilities(
    network: nn.Module,
    batches: Iterable[Batch],
    device: torch.device,
    on_batch: Callable[[int], None] = lambda _num_radiographs: None,
) -> np.ndarray:
    """(N, 19) float64 softmax of every radiograph, in order; see `predict`."""
    return predict(network, batches, device, on_batch).probabilities


@torch.no_grad()
def predict(
    network: nn.Module,
    batches: Iterable[Batch],
    device: torch.device,
    on_batch: Callable[[int], None] = lambda _num_radiographs: None,
) -> Predictions:
    """Run a network over radiographs, in order.

    Args:
        network: is put into evaluation mode.
        batches: of any sizes.
        device: where the network is.
        on_batch: told the number of radiographs of each batch that is done.
    """
    network.eval()
    parts = [np.empty((0, NUM_CLASSES))]
    theta_parts = []
    for batch in batches:
        on_device = batch.to(device)
        if isinstance(network, AttentionNetwork):
            logits, theta = network.forward_with_windows(on_device.channels, on_device.sex)
            theta_parts.append(theta.cpu().numpy())
        else:
            logits = network(on_device.channels, on_device.sex)
        parts.append(logits.double().softmax(dim=1).cpu().numpy())
        on_batch(len(batch.sex))
    return Predictions(np.concatenate(parts), np.concatenate(theta_parts) if theta_parts else None)
