"""Run a network over radiographs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import torch

from train.age_predictions import AgePredictions
from train.data.dataset import Batch
from train.errors import UserError
from train.heads import Head
from train.model.make_network import Network
from train.model.run_network import run_network


class Predictions(NamedTuple):
    """What a network says of N radiographs.

    Attributes:
        ages: months and, of most heads, probabilities of the classes.
        theta: (N, num_windows, 3) float32 windows; None of a network without attention.
    """

    ages: AgePredictions
    theta: np.ndarray | None


def resolve_device(name: str) -> torch.device:
    """`auto` is the GPU where there is one. Raises UserError where a GPU is asked for in vain."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError("PyTorch finds no CUDA device here; use --device cpu")
    return torch.device(name)


@torch.no_grad()
def predict(
    network: Network,
    head: Head,
    batches: Iterable[Batch],
    device: torch.device,
    on_batch: Callable[[int], None] = lambda _num_radiographs: None,
) -> Predictions:
    """Run a network over radiographs, in order; always in float32.

    Args:
        network: is put into evaluation mode.
        head: reads its outputs.
        batches: of any sizes, at least one.
        device: where network and head are.
        on_batch: told the number of radiographs of each batch that is done.
    """
    network.eval()
    months, probabilities, windows = [], [], []
    for batch in batches:
        on_device = batch.to(device)
        outputs, theta, _ = run_network(network, on_device.channels, on_device.sex)
        ages = head.ages(outputs.double())
        months.append(ages.months.cpu().numpy())
        if ages.probabilities is not None:
            probabilities.append(ages.probabilities.cpu().numpy())
        if theta is not None:
            windows.append(theta.cpu().numpy())
        on_batch(len(batch.sex))
    return Predictions(
        AgePredictions(
            np.concatenate(months), np.concatenate(probabilities) if probabilities else None
        ),
        np.concatenate(windows) if windows else None,
    )
