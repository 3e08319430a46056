"""Local binary patterns on a CUDA device: answers first, then times beside the CPU and a copy.

    python benchmarks/cuda_lbp.py --out cuda_lbp.json

Needs a ril that was built with RIL_CUDA=ON, and PyTorch for CUDA. Each case is compared with the
CPU before it is timed. Rounds go through all cases and through a plain copy on the device, one
after the other, so that a change of clocks meets all of them. Read the ratios:

    bandwidth   bytes that must be read and written per second, in relation to the copy's
    speedup     one CPU thread's time for one picture / the device's, in a batch
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from ril import _core, lbp
from ril.torch import LocalBinaryPattern

SCALE_SETS = ([(8, 1)], [(16, 2)], [(24, 3)], [(8, 1), (16, 2), (24, 3)])
METHODS = ("default", "ror", "rank", "uniform")
DTYPES = ("uint8", "uint16")


class Case(NamedTuple):
    dtype: str
    scales: list[tuple[int, float]]
    method: str

    def name(self) -> str:
        scales = " ".join(f"({P},{R})" for P, R in self.scales)
        return f"{self.dtype} {scales} {self.method}"


def pictures(dtype: str, count: int, size: int) -> np.ndarray:
    """Smooth with some noise, as radiographs are: a sum of waves and a few levels of grain."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:size, :size] / size
    top = np.iinfo(dtype).max
    stack = np.empty((count, size, size), dtype)
    for n in range(count):
        waves = sum(np.sin(2 * np.pi * (a * x + b * y)) for a, b in random.uniform(-4, 4, (3, 2)))
        grain = random.normal(scale=0.02, size=(size, size))
        stack[n] = np.clip((waves / 6 + 0.5 + grain) * top, 0, top)
    return stack


def seconds_on_device(work: Callable[[], object], repeats: int) -> float:
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(repeats):
        work()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / 1e3 / repeats


def seconds_on_cpu(picture: np.ndarray, case: Case) -> float:
    start = time.perf_counter()
    lbp.multiscale_lbp(picture, case.scales, case.method)
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="where to write the results as JSON")
    parser.add_argument("--count", type=int, default=256, help="pictures in a batch")
    parser.add_argument("--size", type=int, default=512, help="height and width")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    if not torch.cuda.is_available():
        print("no CUDA device, or a PyTorch without CUDA: nothing to measure", file=sys.stderr)
        return 2

    cases = [Case(d, s, m) for d in DTYPES for s in SCALE_SETS for m in METHODS]
    stacks = {dtype: pictures(dtype, options.count, options.size) for dtype in DTYPES}
    batches = {dtype: torch.from_numpy(stack).cuda() for dtype, stack in stacks.items()}
    work: dict[Case, Callable[[], torch.Tensor]] = {}
    moved: dict[Case, int] = {}
    for case in cases:
        module, batch = LocalBinaryPattern(case.scales, case.method), batches[case.dtype]
        values = module(batch)
        expected = lbp.multiscale_lbp(stacks[case.dtype], case.scales, case.method, num_threads=0)
        if not np.array_equal(values.cpu().numpy(), expected):
            print(f"{case.name()}: differs from the CPU", file=sys.stderr)
            return 1
        work[case] = lambda module=module, batch=batch: module(batch)
        moved[case] = batch.nbytes + values.nbytes
    print(f"{len(cases)} cases equal the CPU's values")

    plain = torch.empty(1 << 28, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(plain)
    device_times: dict[Case, list[float]] = {case: [] for case in cases}
    cpu_times: dict[Case, list[float]] = {case: [] for case in cases}
    copy_times: list[float] = []
    for _ in range(options.rounds):
        copy_times.append(seconds_on_device(lambda: target.copy_(plain), 5))
        for case in cases:
            device_times[case].append(seconds_on_device(work[case], 5))
            cpu_times[case].append(seconds_on_cpu(stacks[case.dtype][0], case))
    small = batches["uint8"][:1].contiguous()
    module = LocalBinaryPattern(SCALE_SETS[-1])
    small_times = [seconds_on_device(lambda: module(small), 100) for _ in range(options.rounds)]

    copied = 2 * plain.nbytes / statistics.median(copy_times)
    rows = []
    for case in cases:
        device, cpu = (statistics.median(times[case]) for times in (device_times, cpu_times))
        rows.append(
            {
                "dtype": case.dtype,
                "scales": case.scales,
                "method": case.method,
                "device_ms_per_batch": device * 1e3,
                "cpu_ms_per_picture": cpu * 1e3,
                "speedup": cpu / (device / options.count),
                "bandwidth": moved[case] / device / copied,
            }
        )
        print(
            f"{case.name():42} {device * 1e3:8.3f} ms  {rows[-1]['speedup']:8.1f} x one thread  "
            f"{rows[-1]['bandwidth']:6.1%} of a copy"
        )
    results = {
        "device": torch.cuda.get_device_name(),
        "cpu": platform.processor() or platform.machine(),
        "instruction_set": _core.instruction_set(),
        "torch": torch.__version__,
        "count": options.count,
        "size": options.size,
        "rounds": options.rounds,
        "copy_gigabytes_per_s": copied / 1e9,
        "one_picture_three_scales_us": statistics.median(small_times) * 1e6,
        "cases": rows,
    }
    print(
        f"copy: {copied / 1e9:.0f} GB/s; one picture, three scales: "
        f"{results['one_picture_three_scales_us']:.1f} us a call"
    )
    if options.out is not None:
        options.out.write_text(json.dumps(results, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
