"""How much CPU time each step takes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class StageTimes:
    """Seconds of CPU time by the name of the step; a thread counts its own, the sum is of all."""

    def __init__(self) -> None:
        self.seconds = Counter[str]()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what the block takes."""
        start = time.thread_time()
        try:
            yield
        finally:
            self.seconds[name] += time.thread_time() - start

    def add(self, other: StageTimes) -> None:
        """Count what another has counted, too."""
        self.seconds.update(other.seconds)

    @property
    def total(self) -> float:
        """Seconds of all steps."""
        return sum(self.seconds.values())

    def shares(self) -> dict[str, float]:
        """Part of the whole that each step takes, in the order in which they began."""
        return {name: seconds / self.total for name, seconds in self.seconds.items()}
