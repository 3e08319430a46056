"""A data set of phantoms in the layout of the RSNA bone age training set."""

from __future__ import annotations

import csv
import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from train.age_classes import MAX_MONTHS, MIN_MONTHS
from train.data.phantom.arrays import Radiograph
from train.data.phantom.faults import USUAL_FAULTS, FaultProbabilities
from train.data.phantom.hand import MIN_SIZE, draw_hand
from train.data.phantom.streams import stream
from train.files import folder_written_atomically

LABEL_FILE = "boneage-training-dataset.csv"
COLUMNS = ("id", "boneage", "male")
PICTURE_FOLDER = "images"

_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True)
class PhantomCase:
    """One row of the data set."""

    id: int
    bone_age_months: int
    is_male: bool
    hand_seed: int


def phantom_case(seed: int, number: int) -> PhantomCase:
    """Return row `number` (from 1) of the data set of a seed; it depends on nothing else.

    Sexes alternate, and ages follow a low-discrepancy sequence within each sex, so that any
    number of rows is balanced and covers 1..228 months evenly.
    """
    start, swap = stream(seed, "dataset").random(2)
    position = (start + _GOLDEN * ((number - 1) // 2) + 0.5 * (number % 2)) % 1.0
    hand_seed = np.random.SeedSequence((seed, number)).generate_state(1, np.uint64)[0]
    return PhantomCase(
        id=number,
        bone_age_months=MIN_MONTHS + int(position * (MAX_MONTHS - MIN_MONTHS + 1)),
        is_male=bool((number + (swap < 0.5)) % 2),
        hand_seed=int(hand_seed),
    )


def _write_picture(
    folder: Path, seed: int, draw: Callable[..., Radiograph], number: int
) -> PhantomCase:
    case = phantom_case(seed, number)
    picture = draw(case.bone_age_months, case.is_male, case.hand_seed)
    done, encoded = cv2.imencode(".png", picture)
    if not done:
        raise OSError(f"could not encode radiograph {number} as PNG")
    (folder / f"{case.id}.png").write_bytes(encoded.tobytes())
    return case


def _write_pictures(
    write: Callable[[int], PhantomCase], num_radiographs: int, num_workers: int
) -> Iterator[PhantomCase]:
    numbers = range(1, num_radiographs + 1)
    if num_workers == 1:
        yield from map(write, numbers)
        return
    with multiprocessing.get_context("spawn").Pool(num_workers) as pool:
        yield from pool.imap(write, numbers, chunksize=8)


def _fill(
    folder: Path,
    cases: Iterator[PhantomCase],
    progress: Callable[[int], None] | None,
) -> None:
    with (folder / LABEL_FILE).open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for case in cases:
            rows.writerow((case.id, case.bone_age_months, case.is_male))
            if progress is not None:
                progress(1)


def _check(
    folder: Path, num_radiographs: int, seed: int, size: int, variety: float, num_workers: int
) -> None:
    if num_radiographs < 1:
        raise ValueError(f"num_radiographs must be at least 1, got {num_radiographs}")
    if seed < 0:
        raise ValueError(f"seed must not be negative, got {seed}")
    if size < MIN_SIZE:
        raise ValueError(f"size must be at least {MIN_SIZE}, got {size}")
    if not 0 <= variety <= 1:
        raise ValueError(f"variety must be 0..1, got {variety}")
    if num_workers < 1:
        raise ValueError(f"num_workers must be at least 1, got {num_workers}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(
            f"{folder} exists and is not empty: choose another folder or remove it first"
        )


def write_phantom_dataset(
    folder: Path,
    num_radiographs: int,
    *,
    seed: int,
    size: int,
    variety: float = 1.0,
    fault_probabilities: FaultProbabilities = USUAL_FAULTS,
    progress: Callable[[int], None] | None = None,
    num_workers: int = 1,
) -> Path:
    """Write phantoms in the layout of the RSNA training set and return the folder.

    The folder appears under its name only when it is complete. Picture i depends on `seed`,
    `size`, variety, probabilities and i alone, so a longer data set begins with the shorter one.

    Args:
        folder: Where the CSV and the folder `images` go; absent or empty.
        num_radiographs: Number of pictures; ids run from 1.
        seed: Of the data set, not negative.
        size: Longest side of the pictures in pixels.
        variety: 0 exposes all films alike, 1 as variously as real films are.
        fault_probabilities: How often a film has each fault.
        progress: Called with the number of pictures written since the last call.
        num_workers: Processes that draw; 1 draws in this process.

    Raises:
        FileExistsError: The folder exists and is not empty.
        ValueError: An argument is out of range.
    """
    folder = Path(folder)
    _check(folder, num_radiographs, seed, size, variety, num_workers)
    with folder_written_atomically(folder.absolute()) as unfinished:
        pictures = unfinished / PICTURE_FOLDER
        pictures.mkdir()
        draw = partial(
            draw_hand, size=size, variety=variety, fault_probabilities=fault_probabilities
        )
        write = partial(_write_picture, pictures, seed, draw)
        cases = _write_pictures(write, num_radiographs, num_workers)
        _fill(unfinished, cases, progress)
    return folder
