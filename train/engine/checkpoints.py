"""Save and load everything that a run needs to go on, or a network needs to be used.

A checkpoint is a folder `step_<number>` with the weights, the optimiser's state (safetensors) and
`state.json`. It is written under a temporary name and renamed, so that it is whole or not there.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from train.config import RunConfig
from train.errors import UserError
from train.files import folder_written_atomically, write_json
from train.model.make_network import Network, make_network

FORMAT = 1
NETWORK_FILE = "network.safetensors"
OPTIMIZER_FILE = "optimizer.safetensors"
STATE_FILE = "state.json"
NUM_KEPT = 2


@dataclass(frozen=True)
class DataFacts:
    """What a checkpoint remembers of the data it was trained on."""

    label_hash: str
    age_values_months: list[float]
    """(19,) months that the classes stand for under the run's rule."""
    training_age_counts: list[int]
    """Number of training rows of 0, 1, 2, ... months."""

    def training_months(self) -> np.ndarray:
        """(N,) ages of the training rows, ascending."""
        return np.repeat(np.arange(len(self.training_age_counts)), self.training_age_counts)


@dataclass
class Progress:
    """Where a run stands."""

    step: int = 0
    """Steps done."""
    epoch_loss_sum: float = 0.0
    """Sum of the losses of the steps of the unfinished epoch."""
    epoch_seconds_waiting: float = 0.0
    """Time that the steps of the unfinished epoch waited for their data."""
    seconds: float = 0.0
    """Time spent on steps and validation, over all restarts."""
    history: list[dict[str, float]] = field(default_factory=list)
    """One entry for each finished epoch."""

    @property
    def best_epoch(self) -> dict[str, float] | None:
        """The finished epoch with the lowest validation MAE; the earliest of equals."""
        return min(self.history, key=lambda entry: entry["validation_mae_months"], default=None)


@dataclass(frozen=True)
class Checkpoint:
    """A loaded checkpoint."""

    path: Path
    config: RunConfig
    data_facts: DataFacts
    progress: Progress

    def network(self, device: torch.device) -> Network:
        """The network with its weights."""
        network = make_network(self.config.network)
        network.load_state_dict(load_file(self.path / NETWORK_FILE))
        return network.to(device)

    def restore_optimizer(self, optimizer: torch.optim.Optimizer, network: nn.Module) -> None:
        """Put the saved state into a fresh optimiser over the parameters of `network`."""
        saved = load_file(self.path / OPTIMIZER_FILE)
        parameters = dict(network.named_parameters())
        for key, tensor in saved.items():
            name, entry = key.rsplit(".", 1)
            parameter = parameters[name]
            # Adam counts its steps on the CPU; the rest lies in memory like the parameter.
            optimizer.state[parameter][entry] = (
                tensor if entry == "step" else torch.empty_like(parameter).copy_(tensor)
            )


def save_checkpoint(
    folder: Path,
    *,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    config: RunConfig,
    data_facts: DataFacts,
    progress: Progress,
) -> Path:
    """Write `folder/step_<number>`; keep the newest two and the best epoch's, remove the others."""
    path = folder / _name(progress.step)
    with folder_written_atomically(path) as temporary:
        save_file(_contiguous(network.state_dict()), temporary / NETWORK_FILE)
        save_file(_optimizer_tensors(optimizer, network), temporary / OPTIMIZER_FILE)
        write_json(
            temporary / STATE_FILE,
            {
                "format": FORMAT,
                "config": config.to_json(),
                "data": asdict(data_facts),
                "progress": asdict(progress),
            },
        )
    _prune(folder, progress)
    return path


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint folder.

    Raises:
        UserError: it is not a checkpoint, or one of another format.
    """
    try:
        state = json.loads((path / STATE_FILE).read_text())
    except (OSError, json.JSONDecodeError) as error:
        raise UserError(f"{path}: not a checkpoint: {error}") from error
    if state.get("format") != FORMAT:
        raise UserError(f"{path}: format {state.get('format')}, this version reads {FORMAT}")
    return Checkpoint(
        path=path,
        config=RunConfig.from_json(state["config"]),
        data_facts=DataFacts(**state["data"]),
        progress=Progress(**state["progress"]),
    )


def newest_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint with the most steps, None where there is none yet."""
    steps = _steps(folder)
    return load_checkpoint(folder / _name(steps[-1])) if steps else None


def best_checkpoint(folder: Path) -> Checkpoint:
    """The checkpoint of the epoch with the lowest validation MAE.

    Raises:
        UserError: no epoch has been finished yet.
    """
    newest = newest_checkpoint(folder)
    best = newest.progress.best_epoch if newest else None
    if best is None:
        raise UserError(f"{folder}: no finished epoch yet; let the run go on and try again")
    return load_checkpoint(folder / _name(int(best["step"])))


def _name(step: int) -> str:
    return f"step_{step:08d}"


def _steps(folder: Path) -> list[int]:
    return sorted(int(path.name.removeprefix("step_")) for path in folder.glob("step_*"))


def _prune(folder: Path, progress: Progress) -> None:
    steps = _steps(folder)
    best = progress.best_epoch
    kept = {*steps[-NUM_KEPT:], int(best["step"]) if best else -1}
    for step in steps:
        if step not in kept:
            shutil.rmtree(folder / _name(step))
    for leftover in folder.glob(".step_*.tmp"):  # of runs that were killed while writing
        shutil.rmtree(leftover, ignore_errors=True)


def _contiguous(tensors: dict[str, Any]) -> dict[str, torch.Tensor]:
    return {name: tensor.contiguous() for name, tensor in tensors.items()}


def _optimizer_tensors(
    optimizer: torch.optim.Optimizer, network: nn.Module
) -> dict[str, torch.Tensor]:
    return _contiguous(
        {
            f"{name}.{entry}": tensor
            for name, parameter in network.named_parameters()
            for entry, tensor in optimizer.state[parameter].items()
        }
    )
