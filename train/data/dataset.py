"""Radiographs as a PyTorch data set, and the order in which training sees them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pandas as pd
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from train.data.augmentation import Augmentation
from train.data.decode import decode
from train.data.preprocessing import Preprocessor

FEMALE, MALE, UNKNOWN_SEX = 0, 1, 2


class Batch(NamedTuple):
    """What one step needs. B is the batch size.

    Attributes:
        channels: (B, 3, h, w) uint8.
        sex: (B,) int64: 0 female, 1 male, 2 unknown.
        bone_age_months: (B,) float32.
    """

    channels: torch.Tensor
    sex: torch.Tensor
    bone_age_months: torch.Tensor

    def to(self, device: torch.device) -> Batch:
        """The same batch on `device`."""
        return Batch(*(tensor.to(device, non_blocking=True) for tensor in self))


class Visit(NamedTuple):
    """One look at one row; the epoch makes its random augmentation different from the last."""

    epoch: int
    row: int


class RadiographDataset(Dataset[Batch]):
    """Rows of a label table as `Batch` items without the batch axis.

    All randomness of an item is derived from (seed, epoch, row): it does not depend on the
    worker, on the order, or on what was read before, so that a resumed run sees the same pictures.
    """

    def __init__(
        self,
        table: pd.DataFrame,
        preprocessor: Preprocessor,
        *,
        augmentation: Augmentation | None = None,
        unknown_sex_probability: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.paths = table["path"].tolist()
        self.bone_age_months = table["bone_age_months"].to_numpy(dtype=np.float32)
        self.sex = _sexes(table)
        self.preprocessor = preprocessor
        self.augmentation = augmentation or Augmentation()
        self.unknown_sex_probability = unknown_sex_probability
        self.seed = seed

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, visit: Visit) -> Batch:
        epoch, row = visit
        rng = np.random.default_rng((self.seed, epoch, row))
        canvas = self.preprocessor.canvas(decode(Path(self.paths[row])))
        channels = self.preprocessor.channels(self.augmentation(canvas, rng))
        unknown = rng.random() < self.unknown_sex_probability
        return Batch(
            torch.from_numpy(channels),
            torch.tensor(UNKNOWN_SEX if unknown else self.sex[row]),
            torch.tensor(self.bone_age_months[row]),
        )


def _sexes(table: pd.DataFrame) -> np.ndarray:
    if "is_male" not in table:
        return np.full(len(table), UNKNOWN_SEX)
    return np.where(table["is_male"], MALE, FEMALE)


class TrainingOrder(Sampler[list[Visit]]):
    """The batches of a whole training run, from any step on.

    Each epoch is a permutation that depends on (seed, epoch) alone; its last, incomplete batch is
    left out, because BatchNorm is unreliable on it.
    """

    def __init__(
        self, num_rows: int, batch_size: int, *, num_steps: int, first_step: int, seed: int
    ) -> None:
        self.num_rows = num_rows
        self.batch_size = batch_size
        self.steps_per_epoch = num_rows // batch_size
        self.num_steps = num_steps
        self.first_step = first_step
        self.seed = seed

    def __len__(self) -> int:
        return self.num_steps - self.first_step

    def __iter__(self) -> Iterator[list[Visit]]:
        order_epoch, order = -1, np.empty(0, dtype=np.int64)
        for step in range(self.first_step, self.num_steps):
            epoch, batch = divmod(step, self.steps_per_epoch)
            if epoch != order_epoch:
                order = np.random.default_rng((self.seed, epoch)).permutation(self.num_rows)
                order_epoch = epoch
            rows = order[batch * self.batch_size : (batch + 1) * self.batch_size]
            yield [Visit(epoch, int(row)) for row in rows]


class FixedOrder(Sampler[list[Visit]]):
    """Each row once, in the order of the table; the last batch may be smaller."""

    def __init__(self, num_rows: int, batch_size: int) -> None:
        self.num_rows = num_rows
        self.batch_size = batch_size

    def __len__(self) -> int:
        return -(-self.num_rows // self.batch_size)

    def __iter__(self) -> Iterator[list[Visit]]:
        for start in range(0, self.num_rows, self.batch_size):
            stop = min(start + self.batch_size, self.num_rows)
            yield [Visit(0, row) for row in range(start, stop)]


def make_loader(
    dataset: RadiographDataset, order: Sampler[list[Visit]], num_workers: int
) -> DataLoader[Batch]:
    """A loader of `Batch`.

    Workers are started afresh: the fork of a process with running threads may hang, and a fork
    server would keep them alive after the run was killed.
    """
    return DataLoader(
        dataset,
        batch_sampler=order,
        num_workers=num_workers,
        multiprocessing_context="spawn" if num_workers else None,
        persistent_workers=num_workers > 0,
        worker_init_fn=_one_thread,
    )


def _one_thread(_worker: int) -> None:
    cv2.setNumThreads(1)
