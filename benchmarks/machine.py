"""The machine, the compiler and the versions that figures come from."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ril import _core

PACKAGES = (
    "numpy",
    "scikit-image",
    "mahotas",
    "fastlbp",
    "opencv-python",
    "torch",
    "numba",
    "pybind11",
)
FLAGS = (
    "sse2",
    "avx2",
    "fma",
    "bmi2",
    "avx512f",
    "avx512bw",
    "avx512cd",
    "avx512dq",
    "avx512vl",
    "avx512vbmi",
    "avx512_vbmi2",
    "avx512_vnni",
    "gfni",
)


def machine() -> dict[str, Any]:
    """Everything that one needs to judge the figures."""
    return {
        "cpu": _cpu("model name"),
        "cpu_family_model_stepping": [_cpu(name) for name in ("cpu family", "model", "stepping")],
        "flags": [flag for flag in FLAGS if flag in _cpu("flags").split()],
        "cores": len(os.sched_getaffinity(0)),
        "load_average": os.getloadavg()[0],
        "os": platform.platform(),
        "python": platform.python_version(),
        "compiler": _compiler(),
        "instruction_set": _core.instruction_set(),
        "openmp": _core.has_openmp(),
        "packages": {name: _version(name) for name in PACKAGES},
        "ril": version("ril"),
        "commit": _commit(),
        "command": " ".join(["python -m benchmarks", *sys.argv[1:]]),
    }


def was_busy(machine: dict[str, Any]) -> bool:
    """Whether other work ran when the figures were taken."""
    return machine["load_average"] > 0.25 * machine["cores"]


def _cpu(field: str) -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(rf"^{field}\s*:\s*(.*)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()


def _compiler() -> str:
    """As it signed the extension."""
    content = Path(_core.__file__).read_bytes()
    found = re.search(rb"GCC: \([^)]*\) [\d.]+|clang version [\d.]+", content)
    return found[0].decode() if found else "unknown"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _commit() -> str:
    git = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(git, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
