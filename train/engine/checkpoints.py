"""Save and load everything that a run needs to go on, or a network needs to be used.

A checkpoint is a folder `step_<number>` with the weights, their moving average where the run keeps
one, the optimiser's state (safetensors) and `state.json`. It is written under a temporary name and
renamed, so that it is whole or not there.
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

from train.age_classes import ExpectationRule
from train.config import RunConfig
from train.engine.weight_average import WeightAverage
from train.errors import UserError
from train.files import folder_written_atomically, write_json
from train.heads import HEADS_OVER_CLASSES, Head, make_head
from train.model.make_network import Network, make_network

FORMAT = 6
NETWORK_FILE = "network.safetensors"
AVERAGE_FILE = "average.safetensors"
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
    unreadable_ids: list[int | str] = field(default_factory=list)
    """Rows that `--skip-bad` left out of the parts of the split that they belong to."""

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
    scaler: dict[str, float] = field(default_factory=dict)
    """State of the loss scaler of float16."""

    @property
    def best_epoch(self) -> dict[str, float] | None:
        """The finished epoch with the lowest validation MAE; the earliest of equals."""
        return min(self.history, key=lambda entry: entry["validation_mae_months"], default=None)

    @property
    def share_waiting_for_data(self) -> float:
        """Part of the last finished epoch's time in which its steps waited for their data."""
        last, before = self.history[-1], self.history[-2]["seconds"] if self.history[1:] else 0.0
        return last["seconds_waiting_for_data"] / (last["seconds"] - before)

    def has_run_out(self, patience_epochs: int) -> bool:
        """Whether the last `patience_epochs` epochs have not been better; 0 is endless patience."""
        best = self.best_epoch
        if best is None or patience_epochs == 0:
            return False
        return self.history[-1]["epoch"] - best["epoch"] >= patience_epochs


@dataclass(frozen=True)
class Checkpoint:
    """A loaded checkpoint."""

    path: Path
    config: RunConfig
    data_facts: DataFacts
    progress: Progress

    @property
    def primary_rule(self) -> ExpectationRule | None:
        """Months of the classes that the age is an expectation of; None where it is not one."""
        is_over_classes = self.config.network.head in HEADS_OVER_CLASSES
        return self.config.training.expectation_rule if is_over_classes else None

    def head(self, device: torch.device) -> Head:
        """What reads the network's outputs."""
        return make_run_head(self.config, self.data_facts).to(device)

    def network(self, device: torch.device) -> Network:
        """The network to judge and to use: the averaged weights where the run keeps them.

        In the memory layout that it was trained in, which is the faster one for inference, too.
        """
        has_average = (self.path / AVERAGE_FILE).exists()
        network = self._network(AVERAGE_FILE if has_average else NETWORK_FILE, device)
        return network.to(memory_format=self.config.training.memory_format)

    def trained_network(self, device: torch.device) -> Network:
        """The network as the last step left it, to go on from."""
        return self._network(NETWORK_FILE, device)

    def restore_average(self, average: WeightAverage) -> None:
        """Put the saved average into a fresh one."""
        average.network.load_state_dict(load_file(self.path / AVERAGE_FILE))

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

    def _network(self, file: str, device: torch.device) -> Network:
        network = make_network(self.config.network)
        network.load_state_dict(load_file(self.path / file))
        return network.to(device)


def make_run_head(config: RunConfig, data_facts: DataFacts) -> Head:
    """The head of a run, which needs to know its data."""
    return make_head(
        config.network.head,
        age_values_months=np.array(data_facts.age_values_months),
        training_months=data_facts.training_months(),
        mae_weight=config.training.mae_weight,
        label_sigma_months=config.training.label_sigma_months,
    )


def save_checkpoint(
    folder: Path,
    *,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    config: RunConfig,
    data_facts: DataFacts,
    progress: Progress,
    average: WeightAverage | None = None,
) -> Path:
    """Write `folder/step_<number>`; keep the newest two and the best epoch's, remove the others."""
    path = folder / _name(progress.step)
    with folder_written_atomically(path) as temporary:
        save_file(_contiguous(network.state_dict()), temporary / NETWORK_FILE)
        if average is not None:
            save_file(_contiguous(average.network.state_dict()), temporary / AVERAGE_FILE)
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
