"""What a tracker can do, and which ones a run has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol

import numpy as np

from train.config import RunConfig
from train.run_folder import RunFolder
from train.tracking.mlflow_tracker import MLflowTracker, require_mlflow
from train.tracking.tensorboard_tracker import TensorBoardTracker


class Tracker(Protocol):
    """Takes figures. `step` counts the steps done."""

    def scalars(self, figures: dict[str, float], step: int) -> None:
        """Take named figures."""

    def pictures(self, name: str, pictures: np.ndarray) -> None:
        """Take (N, 3, h, w) uint8 pictures of what training starts with."""

    def flush(self) -> None:
        """Let nothing that was taken be lost by a kill."""

    def close(self) -> None:
        """The run has ended, or was cut off."""


def require_trackers(config: RunConfig) -> None:
    """Raise a UserError, before any work, where a tracker that is asked for is not installed."""
    if config.mlflow is not None:
        require_mlflow()


@contextmanager
def open_trackers(run: RunFolder, config: RunConfig, step: int) -> Iterator[list[Tracker]]:
    """The trackers of a run that goes on after `step` steps; closed at the end."""
    with ExitStack() as stack:
        trackers: list[Tracker] = [TensorBoardTracker(run.tensorboard, step)]
        if config.mlflow is not None:
            trackers.append(MLflowTracker(config.mlflow, run, config))
        for tracker in trackers:
            stack.callback(tracker.close)
        yield trackers
