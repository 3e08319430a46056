"""Where the time of training goes: some steps under PyTorch's profiler, and what is beside them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile, schedule

from train.data.dataset import RadiographDataset, Visit
from train.engine.loop import Training, write_checkpoint
from train.engine.processes import num_processes
from train.engine.step_parts import read_step_parts
from train.files import write_atomically

WARM_UP_STEPS = 5
"""First steps, which are not profiled: workers start, memory is found, kernels are chosen."""
NUM_RADIOGRAPHS = 64


class StepProfiler:
    """Profiles `num_steps` steps after the first few, and writes their trace; then does nothing.

    Args:
        num_steps: to profile.
        device: that the network is on.
        trace: file to write, `.json.gz`.
        on_trace: called when it is there.
    """

    def __init__(
        self, num_steps: int, device: torch.device, trace: Path, on_trace: Callable[[], None]
    ) -> None:
        def write(finished: profile) -> None:
            trace.parent.mkdir(exist_ok=True)
            write_atomically(trace, lambda path: finished.export_chrome_trace(str(path)))
            on_trace()

        activities = [ProfilerActivity.CPU]
        if device.type == "cuda":
            activities.append(ProfilerActivity.CUDA)
        self._profile = profile(
            activities=activities,
            schedule=schedule(wait=WARM_UP_STEPS - 1, warmup=1, active=num_steps, repeat=1),
            on_trace_ready=write,
        )
        self._profile.start()

    def step(self) -> None:
        """A step is done."""
        self._profile.step()

    def close(self) -> None:
        """The run has ended; what was profiled of it by then is written."""
        self._profile.stop()


def profile_figures(training: Training, trace: Path) -> dict[str, Any]:
    """Milliseconds of the parts of a step, of a radiograph in the loader, of a checkpoint.

    Args:
        training: the run.
        trace: what `StepProfiler` wrote of it.
    """
    config = training.config
    steps = read_step_parts(trace)
    return {
        "num_steps": steps.num_steps,
        "step_milliseconds": {name: time._asdict() for name, time in steps.times.items()},
        "radiograph_milliseconds": None
        if config.data_on_device
        else _radiograph_milliseconds(training.training_set),
        "checkpoint_milliseconds": _checkpoint_milliseconds(training),
        "checkpoint_every_steps": config.training.checkpoint_every_steps,
        "batch_size": config.training.batch_size,
        "num_workers": config.num_workers,
        "num_processes": num_processes(),
    }


def _radiograph_milliseconds(dataset: RadiographDataset) -> dict[str, float]:
    """What a radiograph costs on the loader's side: medians over some of them, in this thread."""
    seconds: dict[str, list[float]] = {"picture": [], "augmentation": [], "texture": []}
    for row in range(min(NUM_RADIOGRAPHS, len(dataset))):
        rng = dataset.random_of(Visit(0, row))
        times = [time.perf_counter()]
        canvas = dataset.canvas(row)
        times.append(time.perf_counter())
        turned = dataset.augmentation(canvas, rng)
        times.append(time.perf_counter())
        dataset.preprocessor.channels(turned)
        times.append(time.perf_counter())
        for of_part, (begin, end) in zip(seconds.values(), pairwise(times), strict=True):
            of_part.append(end - begin)
    return {name: 1e3 * statistics.median(of_part) for name, of_part in seconds.items()}


def _checkpoint_milliseconds(training: Training) -> float:
    """What a checkpoint costs; it is thrown away."""
    with TemporaryDirectory(dir=training.run.path, prefix=".checkpoint-") as folder:
        begin = time.perf_counter()
        write_checkpoint(training, Path(folder))
        return 1e3 * (time.perf_counter() - begin)
