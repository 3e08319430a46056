"""Instructions per pixel of each kernel: exact counts, the same on a busy machine.

`perf stat` counts them where the processor's counters may be read. Elsewhere valgrind does, which
knows no AVX-512. The program that is counted is `cpp/benchmarks/repeat_calls.cpp`; what it needs
to start is cancelled by taking the difference between one call and three.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.pictures import REPOSITORY
from ril import _core

PROGRAM = REPOSITORY / "build" / "bench" / "cpp" / "benchmarks" / "repeat_calls"
INSTRUCTION_SETS = ("avx512", "avx2", "baseline")
SIDE = 256
CALLS = (1, 3)
CASES = [
    (method, dtype, scales)
    for method, dtype in (("ror", "uint8"), ("ror", "uint16"), ("rank", "uint8"))
    for scales in ("8,1", "16,2", "24,3", "8,1 16,2 24,3")
]

Counter = Callable[[list[str], dict[str, str]], int]


class UnavailableError(Exception):
    """Nothing here can count; the message says what is missing."""


def measure_instructions(progress: Callable[[str], None]) -> dict[str, Any]:
    """Instructions a pixel by instruction set, method, dtype, scales; or why there are none."""
    try:
        _build()
        tool, counter, instruction_sets = _counter()
    except UnavailableError as error:
        return {"skipped": str(error)}
    rows = []
    for isa in instruction_sets:
        progress(f"instructions by {tool}: {isa}")
        for method, dtype, scales in CASES:
            counts = [counter(_command(n, method, dtype, scales), {"RIL_ISA": isa}) for n in CALLS]
            per_pixel = (counts[1] - counts[0]) / (CALLS[1] - CALLS[0]) / SIDE**2
            rows.append(
                {
                    "instruction_set": isa,
                    "method": method,
                    "dtype": dtype,
                    "scales": scales,
                    "instructions_per_pixel": round(per_pixel, 3),
                }
            )
    return {"tool": tool, "side": SIDE, "rows": rows}


def _command(num_calls: int, method: str, dtype: str, scales: str) -> list[str]:
    return [str(PROGRAM), str(num_calls), str(SIDE), method, dtype, *scales.split()]


def _build() -> None:
    if shutil.which("cmake") is None or shutil.which("ninja") is None:
        raise UnavailableError("cmake and ninja are not on PATH")
    for step in (["cmake", "--preset", "bench"], ["cmake", "--build", "--preset", "bench"]):
        done = subprocess.run(step, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise UnavailableError(f"{' '.join(step)} failed: {done.stderr.strip()[-300:]}")


def _counter() -> tuple[str, Counter, Sequence[str]]:
    here = INSTRUCTION_SETS[INSTRUCTION_SETS.index(_core.instruction_set()) :]
    if shutil.which("perf") is not None:
        try:
            _perf(["true"], {})
        except UnavailableError:
            pass
        else:
            return "perf stat", _perf, here
    if shutil.which("valgrind") is not None:
        return "valgrind", _valgrind, [name for name in here if name != "avx512"]
    raise UnavailableError("perf counts no instructions here, and valgrind is not installed")


def _perf(command: list[str], environment: dict[str, str]) -> int:
    counted = ["perf", "stat", "-x,", "-e", "instructions:u", *command]
    return _count(counted, environment, r"^(\d+),,instructions")


def _valgrind(command: list[str], environment: dict[str, str]) -> int:
    counted = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}", *command]
    return _count(counted, environment, r"Collected : (\d+)")


def _count(command: list[str], environment: dict[str, str], pattern: str) -> int:
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    found = re.search(pattern, done.stderr, re.MULTILINE)
    if done.returncode != 0 or found is None:
        raise UnavailableError(f"{command[0]}: {done.stderr.strip()[-300:]}")
    return int(found[1])
