"""Train, and tell: progress, figures of steps and epochs, curves, a profile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from train.data.dataset import Visit
from train.engine.loop import Training, train_to_end
from train.engine.optimization import StepFigures
from train.engine.processes import is_first
from train.engine.profiler import StepProfiler, profile_figures
from train.files import write_json
from train.report.plots import plot_curves
from train.report.profile import beside_the_steps, profile_table
from train.terminal import console, progress_bar
from train.tracking import Tracker, open_trackers

TRACKED_STEPS = 10
"""Steps from one figure of TensorBoard to the next."""
TRACKED_RADIOGRAPHS = 8


def train_and_tell(training: Training, profile_steps: int) -> None:
    """Do all remaining steps; of several processes, the first speaks.

    Args:
        training: a run in memory.
        profile_steps: steps to profile; 0 profiles none.
    """
    if not is_first():
        train_to_end(training)
        return
    progress = training.progress
    if progress.history:
        _report_epoch(training, progress.history[-1])
    batch_size = training.config.training.batch_size
    with (
        open_trackers(training.run, training.config, progress.step) as trackers,
        progress_bar(
            "training, radiographs", training.num_steps * batch_size, progress.step * batch_size
        ) as advance,
        _profiled(training, profile_steps) as profile_step,
    ):
        if progress.step == 0:
            _track_first_radiographs(training, trackers)

        def on_step(figures: StepFigures) -> None:
            advance(batch_size)
            if progress.step % TRACKED_STEPS == 0:
                _track(trackers, "step", figures._asdict(), progress.step)
            profile_step()

        def on_epoch(entry: dict[str, float]) -> None:
            waiting = {"share_waiting_for_data": progress.share_waiting_for_data}
            _track(trackers, "epoch", entry | waiting, progress.step)
            _report_epoch(training, entry)

        training.on_step, training.on_epoch = on_step, on_epoch
        training.on_save = lambda: [tracker.flush() for tracker in trackers]
        train_to_end(training)
    if progress.step < training.num_steps:
        console.print(
            f"ended early: {training.config.training.patience_epochs} epochs without a lower "
            "validation MAE"
        )


@contextmanager
def _profiled(training: Training, num_steps: int) -> Iterator[Callable[[], None]]:
    """Gives a function to be called after each step."""
    if num_steps == 0:
        yield lambda: None
        return
    folder = training.run.profile
    trace = folder / "trace.json.gz"

    def report() -> None:
        figures = profile_figures(training, trace)
        write_json(folder / "profile.json", figures)
        console.print(profile_table(figures))
        for line in (*beside_the_steps(figures), f"Trace, for ui.perfetto.dev: {trace}"):
            console.print(line, soft_wrap=True)

    profiler = StepProfiler(num_steps, training.device, trace, report)
    yield profiler.step
    profiler.close()


def _track(trackers: list[Tracker], group: str, figures: dict[str, float], step: int) -> None:
    for tracker in trackers:
        tracker.scalars({f"{group}/{name}": value for name, value in figures.items()}, step)


def _track_first_radiographs(training: Training, trackers: list[Tracker]) -> None:
    rows = range(min(TRACKED_RADIOGRAPHS, len(training.training_set)))
    channels = [training.training_set[Visit(0, row)].channels.numpy() for row in rows]
    for tracker in trackers:
        tracker.pictures("what the network sees", np.stack(channels))


def _report_epoch(training: Training, entry: dict[str, float]) -> None:
    history = training.progress.history
    write_json(
        training.run.metrics_file, {"best": training.progress.best_epoch, "history": history}
    )
    plot_curves(history, training.run.curves_file)
    console.print(
        f"epoch {entry['epoch']:.0f}/{training.config.training.epochs}  "
        f"loss {entry['training_loss']:.3f}  "
        f"validation: MAE {entry['validation_mae_months']:.2f} months, "
        f"right class {100 * entry['validation_top1']:.1f} %, "
        f"within one {100 * entry['validation_within_one_class']:.1f} %  "
        f"({entry['seconds'] / 60:.1f} min; "
        f"waited for data {100 * training.progress.share_waiting_for_data:.1f} % of the epoch)",
        soft_wrap=True,
    )
