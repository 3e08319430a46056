"""Who makes the parts: threads of this process, or the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import cv2

from train.data.prepare.part import Part, Work, make_part
from train.data.prepare.stage_times import StageTimes
from train.errors import UserError

CONNECT_SECONDS = 10

Make = Callable[[Work, Sequence[Part], Callable[[int], None]], StageTimes]
"""Makes parts, and tells the number of pictures done since it told last."""


@contextmanager
def in_threads(num_threads: int) -> Iterator[Make]:
    """Parts one after the other, the pictures of each in threads.

    Decoding, resizing, LBP, encoding and hashing let other threads run: processes would bring
    nothing.
    """
    cv2.setNumThreads(1)  # the pictures share the cores
    with ThreadPoolExecutor(num_threads) as threads:

        def make(work: Work, parts: Sequence[Part], on_picture: Callable) -> StageTimes:
            times = StageTimes()
            for part in parts:
                times.add(make_part(work, part, threads.map, on_picture))
            return times

        yield make


@contextmanager
def on_dask(address: str) -> Iterator[Make]:
    """Each part on a worker of the scheduler at `address`.

    Workers must see the data and the folder of the pack under the same names as this process. A
    part whose worker dies is given to another one.

    Raises:
        UserError: Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client, KilledWorker, as_completed
    except ImportError as error:
        raise UserError("--dask needs Dask: pip install 'ril[dask]'") from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise UserError(f"--dask {address}: no Dask scheduler answers there: {error}") from error

    def make(work: Work, parts: Sequence[Part], on_picture: Callable) -> StageTimes:
        times = StageTimes()
        futures = {client.submit(_on_worker, work, part, pure=False): part for part in parts}
        try:
            for future, of_part in as_completed(futures, with_results=True):
                times.add(of_part)
                on_picture(len(futures[future].rows))
        except KilledWorker as error:
            raise UserError(
                f"--dask: a part was given up, because its workers died: {error}; what is done is "
                "kept, run the same command again"
            ) from error
        return times

    with client:
        yield make


def _on_worker(work: Work, part: Part) -> StageTimes:
    cv2.setNumThreads(1)  # a worker has threads of its own
    return make_part(work, part)
