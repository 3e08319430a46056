"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch.utils.data import Sampler

from train.age_classes import class_from_months
from train.config import RunConfig
from train.data.dataset import (
    Batch,
    FixedOrder,
    PartOfBatches,
    RadiographDataset,
    TrainingOrder,
    Visit,
    make_loader,
)
from train.data.on_device import BatchesOnDevice
from train.engine.checkpoints import Checkpoint, DataFacts, Progress, save_checkpoint
from train.engine.determinism import seed_initialisation, seed_step
from train.engine.inference import Predictions, predict
from train.engine.optimization import (
    fading_anchor_weight,
    make_optimizer,
    set_learning_rates,
    train_step,
)
from train.engine.processes import (
    gather_rows,
    is_first,
    num_processes,
    process_rank,
    share_batch_norm,
)
from train.engine.window_figures import prediction_spread, window_figures
from train.errors import UserError
from train.model.attention_network import AttentionNetwork
from train.model.make_network import Network, make_network
from train.model.pretrained import load_imagenet_weights
from train.run_folder import RunFolder


@dataclass
class Training:
    """A run in memory: what the loop changes, and what it reads.

    `on_step` is told that a step is done; `on_epoch` gets the entry of a finished epoch. Of several
    processes, the first alone calls them and writes checkpoints.
    """

    run: RunFolder
    config: RunConfig
    training_set: RadiographDataset
    validation_set: RadiographDataset
    data_facts: DataFacts
    device: torch.device
    network: Network
    optimizer: torch.optim.Optimizer
    progress: Progress = field(default_factory=Progress)
    on_step: Callable[[], None] = lambda: None
    on_epoch: Callable[[dict[str, float]], None] = lambda _entry: None

    @property
    def steps_per_epoch(self) -> int:
        """Full batches in the training rows."""
        return len(self.training_set) // self.config.training.batch_size

    @property
    def num_steps(self) -> int:
        """Steps of the whole run."""
        return self.steps_per_epoch * self.config.training.epochs


def prepare_training(
    run: RunFolder,
    config: RunConfig,
    training_set: RadiographDataset,
    validation_set: RadiographDataset,
    data_facts: DataFacts,
    device: torch.device,
    checkpoint: Checkpoint | None,
) -> Training:
    """A run at its start, or where `checkpoint` left it.

    Raises:
        UserError: there are too few rows, or the data are not those of the checkpoint.
    """
    if len(training_set) < config.training.batch_size:
        raise UserError(
            f"{len(training_set)} training rows do not fill one batch of "
            f"{config.training.batch_size}; lower --batch-size"
        )
    if checkpoint is not None and checkpoint.data_facts != data_facts:
        raise UserError(f"{run.path}: the labels are not those that the run was started with")
    network = _network(config, checkpoint, device)
    optimizer = make_optimizer(network, config.training)
    if checkpoint is not None:
        checkpoint.restore_optimizer(optimizer, network)
    return Training(
        run=run,
        config=config,
        training_set=training_set,
        validation_set=validation_set,
        data_facts=data_facts,
        device=device,
        network=network,
        optimizer=optimizer,
        progress=checkpoint.progress if checkpoint else Progress(),
    )


def train_to_end(training: Training) -> None:
    """Do all remaining steps, with a checkpoint every so many and at the end of each epoch.

    Raises:
        UserError: the loss is no longer a finite number.
    """
    config, progress = training.config.training, training.progress
    order = TrainingOrder(
        len(training.training_set),
        config.batch_size,
        num_steps=training.num_steps,
        first_step=progress.step,
        seed=training.config.seed,
    )
    num_workers = training.config.num_workers
    place = {"process": process_rank(), "num_processes": num_processes()}
    part = PartOfBatches(order, **place)
    loader = _loader(training, training.training_set, part, num_workers)
    validation_order = FixedOrder(len(training.validation_set), config.batch_size, **place)
    validation_loader = _loader(
        training, training.validation_set, validation_order, min(num_workers, 1)
    )
    age_values = torch.tensor(training.data_facts.age_values_months, device=training.device)
    clock = _Clock(progress)
    for batch in _timed(loader, progress):
        loss = _one_step(training, batch, age_values)
        if not math.isfinite(loss):
            raise UserError(
                f"step {progress.step}: the loss is {loss}; start anew with a lower "
                f"--learning-rate. The checkpoints until then are in {training.run.checkpoints}"
            )
        progress.step += 1
        progress.epoch_loss_sum += loss
        if is_first():
            training.on_step()
        if progress.step % training.steps_per_epoch == 0:
            predictions = predict(training.network, validation_loader, training.device)
            clock.tick()
            _finish_epoch(training, gather_rows(predictions))
        elif progress.step % config.checkpoint_every_steps == 0:
            clock.tick()
            _save(training)


def _loader(
    training: Training, dataset: RadiographDataset, order: Sampler[list[Visit]], num_workers: int
) -> Iterable[Batch]:
    if training.config.data_on_device:
        return BatchesOnDevice(dataset, order, training.device)
    pin_memory = training.device.type == "cuda"
    return make_loader(dataset, order, num_workers, pin_memory=pin_memory)


def _timed(batches: Iterable[Batch], progress: Progress) -> Iterator[Batch]:
    """The batches; counts the time until each is there."""
    iterator = iter(batches)
    while True:
        begin = time.monotonic()
        batch = next(iterator, None)
        progress.epoch_seconds_waiting += time.monotonic() - begin
        if batch is None:
            return
        yield batch


class _Clock:
    """Adds the time since the last tick to the run's."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.last = time.monotonic()

    def tick(self) -> None:
        now = time.monotonic()
        self.progress.seconds += now - self.last
        self.last = now


def _network(config: RunConfig, checkpoint: Checkpoint | None, device: torch.device) -> Network:
    if checkpoint is not None:
        network = checkpoint.network(device)
    else:
        seed_initialisation(config.seed)
        network = make_network(config.network)
        if config.imagenet_weights is not None:
            for body in network.bodies():
                load_imagenet_weights(body, config.imagenet_weights)
        network = network.to(device)
    memory_format = (
        torch.channels_last if config.training.channels_last else torch.contiguous_format
    )
    return share_batch_norm(network).to(memory_format=memory_format)


def _one_step(training: Training, batch: Batch, age_values: torch.Tensor) -> float:
    step = training.progress.step
    seed_step(training.config.seed, step, process_rank())
    config = training.config.training
    set_learning_rates(training.optimizer, config, step, training.num_steps)
    training.network.train()
    return train_step(
        training.network,
        training.optimizer,
        batch.to(training.device),
        age_values,
        config,
        fading_anchor_weight(config, step, training.num_steps),
    )


def _finish_epoch(training: Training, predictions: Predictions) -> None:
    progress = training.progress
    months = training.validation_set.bone_age_months.astype(np.float64)
    predicted = predictions.probabilities @ np.array(training.data_facts.age_values_months)
    error = predicted - months
    miss = np.abs(predictions.probabilities.argmax(axis=1) - class_from_months(months))
    entry = {
        "epoch": progress.step // training.steps_per_epoch,
        "step": progress.step,
        "training_loss": progress.epoch_loss_sum / training.steps_per_epoch,
        "validation_mae_months": float(np.abs(error).mean()),
        "validation_top1": float((miss == 0).mean()),
        "validation_within_one_class": float((miss <= 1).mean()),
        "seconds": progress.seconds,
        "seconds_waiting_for_data": progress.epoch_seconds_waiting,
    }
    if isinstance(training.network, AttentionNetwork) and predictions.theta is not None:
        anchors = training.network.anchors.cpu().numpy()
        entry |= window_figures(predictions.theta, anchors, training.config.preprocessor.size)
        entry |= prediction_spread(predicted, training.validation_set.sex)
    progress.history.append(entry)
    progress.epoch_loss_sum = 0.0
    progress.epoch_seconds_waiting = 0.0
    _save(training)
    if is_first():
        training.on_epoch(entry)


def _save(training: Training) -> None:
    if not is_first():
        return
    save_checkpoint(
        training.run.checkpoints,
        network=training.network,
        optimizer=training.optimizer,
        config=training.config,
        data_facts=training.data_facts,
        progress=training.progress,
    )
