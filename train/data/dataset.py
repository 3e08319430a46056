"""Radiographs as a PyTorch data set, and the order in which training sees them."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import pandas as pd
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from train.data.augmentation import Augmentation
from train.data.class_balance import weighted_order
from train.data.decode import decode
from train.data.pack import PicturePack
from train.data.preprocessing import Preprocessor
from train.data.texture import three_channels

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
    """One look at one row; epoch and repeat make its random augmentation different from others."""

    epoch: int
    row: int
    repeat: int = 0
    """How often the row has been seen in this epoch."""


class RadiographDataset(Dataset[Batch]):
    """Rows of a label table as `Batch` items without the batch axis.

    All randomness of an item is derived from the seed and the visit: it does not depend on the
    worker, on the order, or on what was read before, so that a resumed run sees the same pictures.
    """

    def __init__(
        self,
        table: pd.DataFrame,
        preprocessor: Preprocessor,
        *,
        pack: PicturePack | None = None,
        augmentation: Augmentation | None = None,
        unknown_sex_probability: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.augmentation = augmentation or Augmentation()
        if pack is not None:
            pack.require_usable(preprocessor, self.augmentation)
        self.pack = pack
        self.pictures = table["path" if pack is None else "id"].tolist()
        self.bone_age_months = table["bone_age_months"].to_numpy(dtype=np.float32)
        self.sex = _sexes(table)
        self.preprocessor = preprocessor
        self.unknown_sex_probability = unknown_sex_probability
        self.seed = seed

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, visit: Visit) -> Batch:
        rng = self.random_of(visit)
        return Batch(
            torch.from_numpy(self._channels(self.canvas(visit.row), rng)),
            torch.tensor(self.shown_sex(visit.row, rng)),
            torch.tensor(self.bone_age_months[visit.row]),
        )

    def canvas(self, row: int) -> np.ndarray:
        """The letterboxed picture of a row, or what `PicturePack.canvas` has instead of it."""
        picture = self.pictures[row]
        if self.pack is not None:
            return self.pack.canvas(picture)
        return self.preprocessor.canvas(decode(picture))

    def _channels(self, canvas: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        if self.pack is not None and self.pack.texture is not None:
            return three_channels(canvas)
        return self.preprocessor.channels(self.augmentation(canvas, rng))

    def random_of(self, visit: Visit) -> np.random.Generator:
        """What augments the picture and then may hide the sex."""
        return np.random.default_rng((self.seed, *visit))

    def shown_sex(self, row: int, rng: np.random.Generator) -> int:
        """The sex of a row, or now and then `UNKNOWN_SEX`."""
        unknown = rng.random() < self.unknown_sex_probability
        return UNKNOWN_SEX if unknown else int(self.sex[row])


def _sexes(table: pd.DataFrame) -> np.ndarray:
    if "is_male" not in table:
        return np.full(len(table), UNKNOWN_SEX)
    return np.where(table["is_male"], MALE, FEMALE)


class TrainingOrder(Sampler[list[Visit]]):
    """The batches of a whole training run, from any step on.

    Each epoch is a permutation that depends on (seed, epoch) alone; its last, incomplete batch is
    left out, because BatchNorm is unreliable on it. With `weights`, (num_rows,) positive numbers,
    an epoch has as many visits, but a row comes as often as its weight says.
    """

    def __init__(
        self,
        num_rows: int,
        batch_size: int,
        *,
        num_steps: int,
        first_step: int,
        seed: int,
        weights: np.ndarray | None = None,
    ) -> None:
        self.num_rows = num_rows
        self.batch_size = batch_size
        self.steps_per_epoch = num_rows // batch_size
        self.num_steps = num_steps
        self.first_step = first_step
        self.seed = seed
        self.weights = weights

    def __len__(self) -> int:
        return self.num_steps - self.first_step

    def __iter__(self) -> Iterator[list[Visit]]:
        visits_epoch, visits = -1, list[Visit]()
        for step in range(self.first_step, self.num_steps):
            epoch, batch = divmod(step, self.steps_per_epoch)
            if epoch != visits_epoch:
                visits_epoch, visits = epoch, self._visits(epoch)
            yield visits[batch * self.batch_size : (batch + 1) * self.batch_size]

    def _visits(self, epoch: int) -> list[Visit]:
        rng = np.random.default_rng((self.seed, epoch))
        if self.weights is None:
            return [Visit(epoch, int(row)) for row in rng.permutation(self.num_rows)]
        seen = Counter[int]()
        visits = []
        for row in weighted_order(self.weights, rng).tolist():
            visits.append(Visit(epoch, row, seen[row]))
            seen[row] += 1
        return visits


class FixedOrder(Sampler[list[Visit]]):
    """Each row once, in the order of the table; the last batch may be smaller.

    Of several processes, each has a run of the rows.
    """

    def __init__(
        self, num_rows: int, batch_size: int, *, process: int = 0, num_processes: int = 1
    ) -> None:
        first, stop = (number * num_rows // num_processes for number in (process, process + 1))
        self.rows = range(first, stop)
        self.batch_size = batch_size

    def __len__(self) -> int:
        return -(-len(self.rows) // self.batch_size)

    def __iter__(self) -> Iterator[list[Visit]]:
        for start in range(0, len(self.rows), self.batch_size):
            yield [Visit(0, row) for row in self.rows[start : start + self.batch_size]]


class PartOfBatches(Sampler[list[Visit]]):
    """One of several processes' equal parts of each batch."""

    def __init__(self, batches: Sampler[list[Visit]], *, process: int, num_processes: int) -> None:
        self.batches = batches
        self.process = process
        self.num_processes = num_processes

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[list[Visit]]:
        for batch in self.batches:
            size = len(batch) // self.num_processes
            yield batch[self.process * size : (self.process + 1) * size]


def make_loader(
    dataset: RadiographDataset,
    order: Sampler[list[Visit]],
    num_workers: int,
    *,
    pin_memory: bool = False,
) -> DataLoader[Batch]:
    """A loader of `Batch`.

    Workers are started afresh: the fork of a process with running threads may hang, and a fork
    server would keep them alive after the run was killed. Pinned memory lets a GPU fetch a batch
    while it computes.
    """
    return DataLoader(
        dataset,
        batch_sampler=order,
        num_workers=num_workers,
        multiprocessing_context="spawn" if num_workers else None,
        persistent_workers=num_workers > 0,
        worker_init_fn=_start_worker,
        pin_memory=pin_memory,
    )


def _start_worker(_worker: int) -> None:
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """PyTorch's own watch does not see a parent that was killed while its worker was starting."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
