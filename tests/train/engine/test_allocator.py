"""Whether memory that a step frees is there for the next one."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys, torch
from train.engine.allocator import keep_freed_memory
from train.model.mobilenet_v3 import MobileNetV3Large

if sys.argv[1] == "kept":
    keep_freed_memory()
network = MobileNetV3Large(19)
faults = []
for _ in range(12):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    network(torch.ones(8, 3, 128, 128)).sum().backward()
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
print(sum(faults[-4:]))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc has what is tested")
def test_freed_memory_is_not_faulted_in_again() -> None:
    # Fixed thresholds: left to itself, glibc raises them and at times keeps the memory anyway.
    fixed = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}
    faults = {}
    for way in ("kept", "not kept"):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, way],
            env=os.environ | fixed,
            capture_output=True,
            text=True,
            check=True,
        )
        faults[way] = int(done.stdout)
    assert faults["not kept"] > 1000  # otherwise there would be nothing to keep
    assert faults["kept"] < faults["not kept"] / 10
