"""What texture costs in a data loader: decode, resize, LBP; then whole loaders with workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import pandas as pd

from benchmarks.answers import WrongAnswerError, check_against_reference
from benchmarks.interleaved import WALL_CLOCK, Effort, interleave, ratio, spread, timed, timer
from benchmarks.pictures import real_radiographs
from benchmarks.records import SCALES
from train.data.dataset import FixedOrder, RadiographDataset, make_loader
from train.data.decode import decode
from train.data.letterbox import letterbox
from train.data.phantom import draw_hand
from train.data.preprocessing import Preprocessor
from train.data.texture import texture_channels

SIZE = 224
DRAWN_SHAPE = (2000, 1500)
NUM_DRAWN = 6
NUM_LOADED = 24
BATCH_SIZE = 8
NUM_WORKERS = (1, 2)
STEPS = ("decode", "resize", "lbp")
TEXTURES = {"without LBP": "grey", "with LBP": "multiscale"}


def measure_loader(effort: Effort, progress: Callable[[str], None]) -> list[dict[str, Any]]:
    """For each kind of file: milliseconds of each step, share of LBP, pictures per second."""
    cv2.setNumThreads(1)
    results = []
    with drawn_radiographs() as drawn:
        for source, files in (
            ("phantom, PNG, 2000 x 1500", drawn),
            ("RSNA radiographs at half of their resolution, PNG", real_radiographs()),
        ):
            if files:
                progress(f"loader: {source}")
                results.append({"source": source, **steps(files, effort), **loaders(files, effort)})
    return results


@contextmanager
def drawn_radiographs() -> Iterator[list[Path]]:
    """PNG files of the phantom, framed to 2000 x 1500, gone afterwards."""
    with TemporaryDirectory() as folder:
        files = []
        for number in range(NUM_DRAWN):
            hand = draw_hand(36 + 30 * number, number % 2 == 0, seed=number, size=DRAWN_SHAPE[0])
            files.append(Path(folder) / f"{number}.png")
            cv2.imwrite(str(files[-1]), cv2.resize(hand, DRAWN_SHAPE[::-1]))
        yield files


def steps(files: Sequence[Path], effort: Effort) -> dict[str, Any]:
    """Each step over all files; a sample is the mean of a picture."""
    pictures = [decode(file) for file in files]
    canvases = [letterbox(picture, SIZE) for picture in pictures]
    channels = texture_channels(canvases[0], "multiscale")
    check_against_reference(canvases[0], channels, SCALES, "rank", "loader")
    work = {
        "decode": lambda: [decode(file) for file in files],
        "resize": lambda: [letterbox(picture, SIZE) for picture in pictures],
        "lbp": lambda: [texture_channels(canvas, "multiscale") for canvas in canvases],
    }
    samples = interleave({step: timer(work[step]) for step in STEPS}, effort)
    before = [sum(both) for both in zip(samples["decode"], samples["resize"], strict=True)]
    milliseconds = {step: spread(samples[step]).scaled(1e3 / len(files)) for step in STEPS}
    return {
        "num_files": len(files),
        "milliseconds": {step: milliseconds[step]._asdict() for step in STEPS},
        "lbp_share": ratio(samples["lbp"], before)._asdict(),
    }


def loaders(files: Sequence[Path], effort: Effort) -> dict[str, Any]:
    """Whole epochs of the trainer's own loader, workers kept between epochs."""
    table = _table(files)
    epochs = {}
    for num_workers in NUM_WORKERS:
        for label, texture in TEXTURES.items():
            dataset = RadiographDataset(table, Preprocessor(size=SIZE, texture=texture))  # type: ignore[arg-type]
            loader = make_loader(dataset, FixedOrder(len(table), BATCH_SIZE), num_workers)
            _check_epoch(loader, files, texture)
            epochs[f"{label}, workers: {num_workers}"] = loader
    samples = interleave(
        {
            name: lambda loader=loader: timed(lambda: list(loader), WALL_CLOCK)
            for name, loader in epochs.items()
        },
        effort,
    )
    rates = {name: spread([len(table) / s for s in samples[name]])._asdict() for name in samples}
    return {"pictures_per_second": rates}


def _table(files: Sequence[Path]) -> pd.DataFrame:
    paths = [str(files[n % len(files)]) for n in range(NUM_LOADED)]
    return pd.DataFrame({"path": paths, "bone_age_months": 100.0, "is_male": True})


def _check_epoch(loader: Any, files: Sequence[Path], texture: str) -> None:
    batches = list(loader)
    expected = Preprocessor(size=SIZE, texture=texture)(decode(files[0]))  # type: ignore[arg-type]
    if not np.array_equal(batches[0].channels[0].numpy(), expected):
        raise WrongAnswerError("the loader's first picture is not what its preprocessor makes")
