"""Calls of ril.lbp, in this process or in one where RIL_ISA forces a lesser instruction set."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from benchmarks.answers import Scales
from benchmarks.interleaved import Timer, timer
from ril import _core, lbp


class Call(NamedTuple):
    """What is asked of one array of pictures."""

    scales: tuple[tuple[int, float], ...]
    method: str = "ror"
    num_threads: int = 1

    def on(self, images: np.ndarray) -> Callable[[], np.ndarray]:
        """The call made ready: one scale as it is asked for, several in one pass."""
        options = {"method": self.method, "num_threads": self.num_threads}
        if len(self.scales) == 1:
            return lambda: lbp.local_binary_pattern(images, *self.scales[0], **options)
        return lambda: lbp.multiscale_lbp(images, self.scales, **options)


def by_scale(values: np.ndarray, scales: Scales) -> np.ndarray:
    """(S, H, W), whatever the call made of one picture."""
    return values if len(scales) > 1 else values[np.newaxis]


class ForcedProcess:
    """A process of its own that stays, so that its samples take part in the same rounds."""

    def __init__(self, instruction_set: str, executor: ProcessPoolExecutor) -> None:
        self.instruction_set = instruction_set
        self._executor = executor

    def values(self, call: Call, image: np.ndarray) -> np.ndarray:
        """What the call gives there."""
        return self._executor.submit(_prepare, call, image).result()

    def timer(self, call: Call) -> Timer:
        """Of a call whose values were asked for before, on the same picture."""
        return lambda: self._executor.submit(_sample, call).result()


@contextmanager
def forced(instruction_set: str) -> Iterator[ForcedProcess | None]:
    """The process, or None where this machine has no such instruction set."""
    with ProcessPoolExecutor(
        1, multiprocessing.get_context("spawn"), _force, (instruction_set,)
    ) as executor:
        runs_there = executor.submit(_core.instruction_set).result()
        there = ForcedProcess(instruction_set, executor)
        yield there if runs_there == instruction_set else None


_calls: dict[Call, Callable[[], np.ndarray]] = {}
_timers: dict[Call, Timer] = {}


def _force(instruction_set: str) -> None:
    os.environ["RIL_ISA"] = instruction_set  # read at the first call


def _prepare(call: Call, image: np.ndarray) -> np.ndarray:
    _calls[call] = call.on(image)
    _timers.pop(call, None)
    return _calls[call]()


def _sample(call: Call) -> float:
    if call not in _timers:
        _timers[call] = timer(_calls[call])
    return _timers[call]()
