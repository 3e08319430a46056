"""Figures and pictures for `tensorboard --logdir`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch.utils.tensorboard import SummaryWriter


class TensorBoardTracker:
    """Writes event files into the folder of a run.

    A resumed run does the steps after its last checkpoint again; `purge_step` makes TensorBoard
    forget what they had written before.
    """

    def __init__(self, folder: Path, step: int) -> None:
        self._writer = SummaryWriter(str(folder), purge_step=step + 1 if step > 0 else 0)

    def scalars(self, figures: dict[str, float], step: int) -> None:
        """See `Tracker.scalars`."""
        for name, value in figures.items():
            self._writer.add_scalar(name, value, step)

    def pictures(self, name: str, pictures: np.ndarray) -> None:
        """See `Tracker.pictures`; side by side."""
        self._writer.add_image(name, np.concatenate(list(pictures), axis=2), 0)

    def flush(self) -> None:
        """See `Tracker.flush`."""
        self._writer.flush()

    def close(self) -> None:
        """See `Tracker.close`."""
        self._writer.close()
