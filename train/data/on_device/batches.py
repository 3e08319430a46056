"""Batches from pictures that lie on a device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import torch

from train.data.dataset import Batch, RadiographDataset, Visit
from train.data.on_device.augmentation import expose, warp
from train.data.on_device.texture import texture_channels
from train.errors import UserError


class BatchesOnDevice:
    """The batches that `make_loader` gives, made on a device from pictures that lie there.

    Each batch depends on its visits and the seed alone. Without augmentation it is equal to the
    loader's; with it, grey levels before the texture may differ by one (`augmentation.warp`).

    Raises:
        UserError: a picture has 16 bits.
    """

    def __init__(
        self, dataset: RadiographDataset, order: Iterable[list[Visit]], device: torch.device
    ) -> None:
        size = dataset.preprocessor.size
        self.dataset = dataset
        self.order = order
        self.device = device
        self.canvases = torch.empty((len(dataset), size, size), dtype=torch.uint8, device=device)
        for row in range(len(dataset)):
            self.canvases[row] = torch.from_numpy(_eight_bit_canvas(dataset, row))

    def __iter__(self) -> Iterator[Batch]:
        return map(self._batch, self.order)

    def _batch(self, visits: list[Visit]) -> Batch:
        dataset, size = self.dataset, self.dataset.preprocessor.size
        rows = np.array([visit.row for visit in visits])
        canvases = self.canvases[torch.from_numpy(rows).to(self.device)]
        generators = [dataset.random_of(visit) for visit in visits]
        matrices = [dataset.augmentation.matrix(size, rng) for rng in generators]
        if matrices[0] is not None:
            canvases = warp(canvases, np.stack(matrices))
            canvases = expose(canvases, list(map(dataset.augmentation.exposure, generators)))
        sexes = list(map(dataset.shown_sex, rows, generators))
        return Batch(
            texture_channels(canvases, dataset.preprocessor.texture),
            torch.tensor(sexes, device=self.device),
            torch.from_numpy(dataset.bone_age_months[rows]).to(self.device),
        )


def _eight_bit_canvas(dataset: RadiographDataset, row: int) -> np.ndarray:
    canvas = dataset.canvas(row)
    if canvas.dtype != np.uint8:
        raise UserError(
            f"{dataset.pictures[row]}: has 16 bits; --data-on-device takes 8-bit pictures alone"
        )
    return canvas
