"""Run a network over radiographs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import nn

from train.age_classes import NUM_CLASSES
from train.data.dataset import Batch


def resolve_device(name: str) -> torch.device:
    """`auto` is the GPU where there is one."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(name)


@torch.no_grad()
def predict_probabilities(
    network: nn.Module,
    batches: Iterable[Batch],
    device: torch.device,
    on_batch: Callable[[int], None] = lambda _num_radiographs: None,
) -> np.ndarray:
    """Softmax of every radiograph, in order.

    Args:
        network: is put into evaluation mode.
        batches: of any sizes.
        device: where the network is.
        on_batch: told the number of radiographs of each batch that is done.

    Returns:
        (N, 19) float64.
    """
    network.eval()
    parts = [np.empty((0, NUM_CLASSES))]
    for batch in batches:
        on_device = batch.to(device)
        logits = network(on_device.channels, on_device.sex)
        parts.append(logits.double().softmax(dim=1).cpu().numpy())
        on_batch(len(batch.sex))
    return np.concatenate(parts)
