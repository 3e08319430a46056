"""The training loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.profiler import record_function
from torch.utils.data import Sampler

from train.age_classes import class_from_months
from train.config import RunConfig
from train.data.class_balance import class_weights
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
from train.engine.checkpoints import (
    Checkpoint,
    DataFacts,
    Progress,
    make_run_head,
    save_checkpoint,
)
from train.engine.determinism import seed_initialisation, seed_step
from train.engine.divergence import diverged, stop_if_diverged
from train.engine.inference import Predictions, predict
from train.engine.optimization import (
    StepFigures,
    fading_anchor_weight,
    hold_whole_picture,
    learning_rate,
    make_optimizer,
    set_learning_rates,
    train_step,
)
from train.engine.precision import make_scaler
from train.engine.processes import (
    gather_rows,
    is_first,
    num_processes,
    process_rank,
    share_batch_norm,
)
from train.engine.step_parts import CHECKPOINT, FORWARD, STEP, VALIDATION, WAITING
from train.engine.warm_start import start_from_run
from train.engine.weight_average import WeightAverage
from train.engine.window_figures import prediction_spread, window_figures
from train.errors import UserError
from train.heads import Head
from train.model.attention_network import AttentionNetwork
from train.model.make_network import Network, make_network
from train.model.pretrained import load_imagenet_weights
from train.model.run_network import NetworkOutput, run_network
from train.run_folder import RunFolder


@dataclass
class Training:
    """A run in memory: what the loop changes, and what it reads.

    `network` is what is trained; `average`, where the run keeps one, is what is judged and used.
    `on_step` gets the figures of a step, `on_epoch` the entry of a finished epoch; `on_save` is
    called before a checkpoint is written. Of several processes, the first alone calls them and
    writes checkpoints.
    """

    run: RunFolder
    config: RunConfig
    training_set: RadiographDataset
    validation_set: RadiographDataset
    data_facts: DataFacts
    device: torch.device
    network: Network
    optimizer: torch.optim.Optimizer
    head: Head
    scaler: torch.amp.GradScaler
    average: WeightAverage | None = None
    progress: Progress = field(default_factory=Progress)
    on_step: Callable[[StepFigures], None] = lambda _figures: None
    on_epoch: Callable[[dict[str, float]], None] = lambda _entry: None
    on_save: Callable[[], object] = lambda: None

    @property
    def steps_per_epoch(self) -> int:
        """Full batches in the training rows."""
        return len(self.training_set) // self.config.training.batch_size

    @property
    def num_steps(self) -> int:
        """Steps of the whole run."""
        return self.steps_per_epoch * self.config.training.epochs

    @property
    def judged_network(self) -> Network:
        """The network that validation sees."""
        return self.network if self.average is None else self.average.network

    @property
    def is_finished(self) -> bool:
        """Whether all steps are done, or patience has run out."""
        patience = self.config.training.patience_epochs
        return self.progress.step >= self.num_steps or self.progress.has_run_out(patience)


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
        UserError: the data are not those of the checkpoint.
    """
    if checkpoint is not None and checkpoint.data_facts != data_facts:
        raise UserError(f"{run.path}: the labels are not those that the run was started with")
    network = _network(config, checkpoint, device)
    hold_whole_picture(network, config.training)
    optimizer = make_optimizer(network, config.training)
    scaler = make_scaler(config.training.precision, device)
    decay = config.training.ema_decay
    average = WeightAverage(network, decay) if decay > 0 else None
    if checkpoint is not None:
        checkpoint.restore_optimizer(optimizer, network)
        scaler.load_state_dict(checkpoint.progress.scaler)
        if average is not None:
            checkpoint.restore_average(average)
    return Training(
        run=run,
        config=config,
        training_set=training_set,
        validation_set=validation_set,
        data_facts=data_facts,
        device=device,
        network=network,
        optimizer=optimizer,
        head=make_run_head(config, data_facts).to(device),
        scaler=scaler,
        average=average,
        progress=checkpoint.progress if checkpoint else Progress(),
    )


def train_to_end(training: Training) -> None:
    """Do all remaining steps, with a checkpoint every so many and at the end of each epoch.

    Raises:
        UserError: training has diverged.
    """
    if training.is_finished:
        return
    config, progress = training.config.training, training.progress
    loader = _training_loader(training)
    validation_order = FixedOrder(
        len(training.validation_set),
        config.batch_size,
        process=process_rank(),
        num_processes=num_processes(),
    )
    validation_loader = _loader(
        training, training.validation_set, validation_order, min(training.config.num_workers, 1)
    )
    run = _forward(config.compile)
    clock = _Clock(progress)
    for batch in _timed(loader, progress):
        figures = _one_step(training, batch, run)
        stop_if_diverged(figures, training.scaler, progress.step, training.run.checkpoints)
        progress.step += 1
        progress.epoch_loss_sum += figures.loss
        if is_first():
            training.on_step(figures)
        if progress.step % training.steps_per_epoch == 0:
            predictions = _validate(training, validation_loader)
            clock.tick()
            _finish_epoch(training, gather_rows(predictions))
            if training.is_finished:
                return
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
        with record_function(WAITING):
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


def _training_loader(training: Training) -> Iterable[Batch]:
    config, rows = training.config.training, training.training_set
    balance = config.class_balance
    order = TrainingOrder(
        len(rows),
        config.batch_size,
        num_steps=training.num_steps,
        first_step=training.progress.step,
        seed=training.config.seed,
        weights=class_weights(rows.bone_age_months, balance) if balance > 0 else None,
    )
    part = PartOfBatches(order, process=process_rank(), num_processes=num_processes())
    return _loader(training, rows, part, training.config.num_workers)


def _network(config: RunConfig, checkpoint: Checkpoint | None, device: torch.device) -> Network:
    if checkpoint is not None:
        network = checkpoint.trained_network(device)
    else:
        seed_initialisation(config.seed)
        network = make_network(config.network)
        if config.imagenet_weights is not None:
            for body in network.bodies():
                load_imagenet_weights(body, config.imagenet_weights)
        if config.start_from is not None:
            start_from_run(network, RunFolder(config.start_from))
        network = network.to(device)
    return share_batch_norm(network).to(memory_format=config.training.memory_format)


def _forward(is_compiled: bool) -> Callable[..., NetworkOutput]:
    run = torch.compile(run_network) if is_compiled else run_network

    def marked(*inputs: Any) -> NetworkOutput:
        with record_function(FORWARD):
            return run(*inputs)

    return marked


@record_function(STEP)
def _one_step(training: Training, batch: Batch, run: Callable[..., NetworkOutput]) -> StepFigures:
    step = training.progress.step
    seed_step(training.config.seed, step, process_rank())
    config = training.config.training
    set_learning_rates(training.optimizer, config, step, training.num_steps)
    training.network.train()
    figures = train_step(
        training.network,
        training.optimizer,
        training.head,
        batch.to(training.device),
        config,
        anchor_weight=fading_anchor_weight(config, step, training.num_steps),
        scaler=training.scaler,
        run=run,
    )
    if training.average is not None:
        training.average.update(step)
    return figures


@record_function(VALIDATION)
def _validate(training: Training, batches: Iterable[Batch]) -> Predictions:
    return predict(training.judged_network, training.head, batches, training.device)


def _finish_epoch(training: Training, predictions: Predictions) -> None:
    progress = training.progress
    months = training.validation_set.bone_age_months.astype(np.float64)
    predicted = predictions.ages.months
    if not np.isfinite(predicted).all():
        reason = "the network names ages that are no numbers"
        raise diverged(progress.step, reason, training.run.checkpoints)
    error = predicted - months
    miss = np.abs(predictions.ages.classes - class_from_months(months))
    entry = {
        "epoch": progress.step // training.steps_per_epoch,
        "step": progress.step,
        "training_loss": progress.epoch_loss_sum / training.steps_per_epoch,
        "learning_rate": learning_rate(
            training.config.training, progress.step - 1, training.num_steps
        ),
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
    if is_first():
        training.on_epoch(entry)
    _save(training)


def _save(training: Training) -> None:
    if is_first():
        training.on_save()
        write_checkpoint(training, training.run.checkpoints)


@record_function(CHECKPOINT)
def write_checkpoint(training: Training, folder: Path) -> None:
    """Write `folder/step_<number>` as the run stands."""
    training.progress.scaler = training.scaler.state_dict()
    save_checkpoint(
        folder,
        network=training.network,
        optimizer=training.optimizer,
        config=training.config,
        data_facts=training.data_facts,
        progress=training.progress,
        average=training.average,
    )
