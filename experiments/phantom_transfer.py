"""Does a network that has seen drawn hands alone rank real radiographs by age?

    python -m train phantom hands --num-radiographs 3000 --size 192 --seed 11
    python experiments/phantom_transfer.py hands RSNA [--texture mixed] [--epochs 12] [--test]

RSNA is the folder of the RSNA training set. A network of six convolutions learns from the drawn
hands (it is ready in a few minutes of one core, where MobileNetV3-Large from random weights has
hardly begun) and names an age for 1,000 of the RSNA training rows, on which the phantom may be
tuned; with --test also for the first 1,376 rows, which the paper tests on and nothing is tuned on.
Prints Spearman's rank correlation with the bone age.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import tyro
from torch import nn

from train.data.augmentation import Augmentation
from train.data.decode import decode
from train.data.labels import read_data_set
from train.data.preprocessing import Preprocessor
from train.data.splits import PAPER_NUM_TEST
from train.data.texture import Texture

SIZE, BATCH_SIZE, LEARNING_RATE = 112, 32, 3e-3
NUM_TUNING, AUGMENTATION = 1000, Augmentation(rotation_degrees=10, scale=0.1, translation=0.05)
MIDDLE_MONTHS, SPREAD_MONTHS = 114, 55
AGE_BINS = (0, 36, 60, 84, 108, 132, 156, 180, 228)


@dataclass(frozen=True)
class Options:
    """Train on drawn hands, judge on real ones."""

    phantoms: tyro.conf.Positional[Path]
    rsna: tyro.conf.Positional[Path]
    texture: Texture = "mixed"
    epochs: int = 12
    seed: int = 0
    test: bool = False


class SmallNetwork(nn.Module):
    """(B, 3, h, h) and (B,) male 0 or 1 -> (B,) standardised months."""

    def __init__(self) -> None:
        super().__init__()
        widths = ((3, 24, 2), (24, 40, 2), (40, 80, 2), (80, 80, 1), (80, 144, 2), (144, 144, 1))
        self.body = nn.Sequential(*(self._block(*width) for width in widths))
        self.head = nn.Sequential(nn.Linear(145, 64), nn.ReLU(), nn.Linear(64, 1))

    @staticmethod
    def _block(inputs: int, outputs: int, stride: int) -> nn.Module:
        convolution = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())

    def forward(self, channels: torch.Tensor, is_male: torch.Tensor) -> torch.Tensor:
        """Return ages."""
        features = self.body(channels).mean(dim=(2, 3))
        return self.head(torch.cat([features, is_male[:, None]], dim=1))[:, 0]


@dataclass(frozen=True)
class Radiographs:
    """Canvases (N, h, h) uint8 with what is known of them."""

    canvases: np.ndarray
    months: np.ndarray
    is_male: np.ndarray

    @classmethod
    def read(cls, rows: pd.DataFrame, preprocessor: Preprocessor) -> Radiographs:
        """Decode and letterbox."""
        canvases = [preprocessor.canvas(decode(Path(path))) for path in rows["path"]]
        months, is_male = rows["bone_age_months"].to_numpy(), rows["is_male"].to_numpy()
        return cls(np.stack(canvases), months, is_male)


def channels(canvases: list[np.ndarray], preprocessor: Preprocessor) -> torch.Tensor:
    """(B, 3, h, h) about zero."""
    stacked = np.stack([preprocessor.channels(canvas) for canvas in canvases])
    batch = torch.from_numpy(stacked).float() / 255 - 0.25
    return batch.contiguous(memory_format=torch.channels_last)


def fit(drawn: Radiographs, preprocessor: Preprocessor, options: Options) -> SmallNetwork:
    """Train with AdamW under one cycle of the learning rate."""
    torch.manual_seed(options.seed)
    network = SmallNetwork().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=0.02)
    num_batches = len(drawn.months) // BATCH_SIZE
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=options.epochs * num_batches, pct_start=0.15
    )
    wanted = torch.tensor((drawn.months - MIDDLE_MONTHS) / SPREAD_MONTHS).float()
    is_male = torch.tensor(drawn.is_male).float()
    for epoch in range(options.epochs):
        rng = np.random.default_rng((options.seed, epoch))
        order = rng.permutation(len(wanted))[: num_batches * BATCH_SIZE]
        for rows in order.reshape(num_batches, BATCH_SIZE):
            turned = [AUGMENTATION(drawn.canvases[row], rng) for row in rows]
            ages = network(channels(turned, preprocessor), is_male[rows])
            loss = nn.functional.smooth_l1_loss(ages, wanted[rows], beta=0.3)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.eval()


@torch.inference_mode()
def name_ages(
    network: SmallNetwork, radiographs: Radiographs, preprocessor: Preprocessor
) -> np.ndarray:
    """Months, (N,)."""
    is_male = torch.tensor(radiographs.is_male).float()
    parts = []
    for start in range(0, len(is_male), BATCH_SIZE):
        some = slice(start, start + BATCH_SIZE)
        batch = channels(list(radiographs.canvases[some]), preprocessor)
        parts.append(network(batch, is_male[some]))
    return torch.cat(parts).numpy() * SPREAD_MONTHS + MIDDLE_MONTHS


def judge(title: str, named: np.ndarray, real: Radiographs) -> None:
    """Print how the ages that were named go with the bone ages."""
    table = pd.DataFrame({"named": named, "months": real.months, "male": real.is_male})
    print(title)
    for name, part in (("all", table), ("girls", table[~table.male]), ("boys", table[table.male])):
        correlation = part["named"].rank().corr(part["months"].rank())
        error = (part["named"] - part["months"]).abs().mean()
        print(f"{name}: {len(part)}, rank correlation {correlation:.3f}, MAE {error:.1f} months")
    print(table.groupby(pd.cut(table["months"], AGE_BINS), observed=True)["named"].mean().round(1))


def main(options: Options) -> None:
    """Train, judge, print."""
    torch.set_num_threads(1)
    preprocessor = Preprocessor(size=SIZE, texture=options.texture)
    drawn = Radiographs.read(read_data_set(options.phantoms).table, preprocessor)
    network = fit(drawn, preprocessor, options)
    rows = read_data_set(options.rsna).table.sort_values("id")
    test, training = rows[:PAPER_NUM_TEST], rows[PAPER_NUM_TEST:]
    parts = {"tuning rows": training.sample(NUM_TUNING, random_state=7)}
    if options.test:
        parts["test rows"] = test
    for title, part in parts.items():
        real = Radiographs.read(part, preprocessor)
        judge(title, name_ages(network, real, preprocessor), real)


if __name__ == "__main__":
    main(tyro.cli(Options))
