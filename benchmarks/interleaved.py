"""Rounds through everything that is compared: A B C A B C ...

So a change of the machine's speed meets all of it. Ratios are taken within a round; of them, median
and quartiles are told.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

Key = TypeVar("Key", bound=Hashable)
Timer = Callable[[], float]  # takes one sample: seconds of one call
Clock = Callable[[], float]

# One thread is timed by the processor time of the process, user and system: what else runs on the
# machine does not count, and a peer that starts threads in secret gains nothing.
CPU_CLOCK: Clock = time.process_time
WALL_CLOCK: Clock = time.perf_counter

SAMPLE_S = 0.01
_SLOW_S = 0.1


class Effort(NamedTuple):
    """How long to go on: at least `min_rounds`, then while `seconds` have not passed."""

    min_rounds: int
    max_rounds: int
    seconds: float


class Spread(NamedTuple):
    """Median and quartiles of the samples of all rounds."""

    median: float
    q1: float
    q3: float
    rounds: int

    def scaled(self, factor: float) -> Spread:
        """In another unit."""
        return Spread(self.median * factor, self.q1 * factor, self.q3 * factor, self.rounds)


def interleave(
    timers: Mapping[Key, Timer], effort: Effort, clock: Clock = WALL_CLOCK
) -> dict[Key, list[float]]:
    """One sample of each timer a round, in their order."""
    samples: dict[Key, list[float]] = {key: [] for key in timers}
    start = clock()
    for number in range(effort.max_rounds):
        if number >= effort.min_rounds and clock() - start > effort.seconds:
            break
        for key, timer in timers.items():
            samples[key].append(timer())
    return samples


def timer(call: Callable[[], Any], clock: Clock = CPU_CLOCK) -> Timer:
    """A timer of `call`, which has been called before.

    Fast calls are repeated to fill `SAMPLE_S`, after one that is not counted, because what was
    timed before has taken the caches.
    """
    seconds = timed(call, clock)
    if seconds < _SLOW_S:
        seconds = timed(call, clock)
    loops = max(1, math.ceil(SAMPLE_S / seconds))

    def sample() -> float:
        if seconds < _SLOW_S:
            call()
        start = clock()
        for _ in range(loops):
            call()
        return (clock() - start) / loops

    return sample


def timed(call: Callable[[], Any], clock: Clock) -> float:
    """Seconds of one call."""
    start = clock()
    call()
    return clock() - start


def spread(samples: Sequence[float]) -> Spread:
    """Of at least one sample."""
    if len(samples) == 1:
        return Spread(samples[0], samples[0], samples[0], 1)
    q1, median, q3 = statistics.quantiles(samples, n=4, method="inclusive")
    return Spread(median, q1, q3, len(samples))


def ratio(numerator: Sequence[float], denominator: Sequence[float]) -> Spread:
    """Of two that were timed in the same rounds."""
    return spread([a / b for a, b in zip(numerator, denominator, strict=True)])


def added(parts: Sequence[Sequence[float]]) -> list[float]:
    """Calls one after the other: the sum of their times in each round."""
    return [sum(times) for times in zip(*parts, strict=True)]
