"""Memory between the steps of a network on a CPU."""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Parameters of glibc's `mallopt` (malloc.h)."""
KEPT_BYTES = 2**31 - 1


def keep_freed_memory() -> None:
    """Let glibc keep what a step has freed for the next step.

    By default it gives large blocks back to the system at once. A training step of 32 radiographs
    then faults in 400 MB of pages again, which takes much of its time (`experiments/README.md`).
    Does nothing where the C library is another one.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
