"""What is to be known of each picture, from worker processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from train.data.check.duplicates import fingerprint
from train.data.decode import read_film
from train.data.film import Judgement, judge
from train.data.picture_file import PictureFile
from train.errors import UserError


@dataclass(frozen=True)
class PictureFacts:
    """One readable picture.

    Attributes:
        shape: height and width in pixels.
        bits: 8 or 16.
        fingerprint: of `duplicates.fingerprint`.
        judgement: of `film.judge`.
    """

    shape: tuple[int, int]
    bits: int
    fingerprint: np.ndarray
    judgement: Judgement


def examine(path: PictureFile) -> PictureFacts | str:
    """The facts, or why the picture cannot be read."""
    try:
        picture, tags = read_film(path)
    except UserError as error:
        return str(error)
    height, width = picture.shape
    return PictureFacts(
        (height, width),
        8 * picture.dtype.itemsize,
        fingerprint(picture),
        judge(picture, tags.is_right_hand),
    )


def examine_all(
    paths: Sequence[PictureFile], num_workers: int, progress: Callable[[int], None]
) -> list[PictureFacts | str]:
    """`examine` each picture, in order, in `num_workers` processes (0: in this one)."""
    found = []
    for facts in _examined(paths, num_workers):
        found.append(facts)
        progress(1)
    return found


def _examined(paths: Sequence[PictureFile], num_workers: int) -> Iterator[PictureFacts | str]:
    if num_workers == 0:
        yield from map(examine, paths)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(num_workers, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        yield from pool.imap(examine, paths, chunksize=16)
