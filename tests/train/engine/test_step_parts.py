"""The parts of a step, from a trace that was written by hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from train.engine.step_parts import read_step_parts


def event(name: str, begin: float, end: float, category: str = "user_annotation", **args) -> dict:
    return {
        **{"ph": "X", "name": name, "cat": category, "args": args},
        **{"ts": 1000 * begin, "dur": 1000 * (end - begin)},
    }


def step(begin: float, *, has_update: bool) -> list[dict]:
    """100 ms, in which a training step lies from 10 to 90."""
    node = "autograd::engine::evaluate_function: {}Backward0"
    events = [
        event("ProfilerStep#7", begin, begin + 100),
        event("waiting for data", begin + 1, begin + 9),
        event("training step", begin + 10, begin + 90),
        event("aten::conv2d", begin + 12, begin + 19, "cpu_op"),
        event("forward", begin + 11, begin + 20),
        event(node.format("Mean"), begin + 22, begin + 24, "cpu_op"),
        event(node.format("Convolution"), begin + 24, begin + 60, "cpu_op"),
        event("checkpoint", begin + 92, begin + 99),
    ]
    if has_update:
        events.append(event("Optimizer.step#AdamW.step", begin + 65, begin + 80))
    return events


def write(path: Path, events: list[dict]) -> Path:
    with gzip.open(path, "wt") as file:
        json.dump({"traceEvents": [*events, {"ph": "M", "name": "process_name"}]}, file)
    return path


def test_the_parts_make_up_the_whole(tmp_path: Path) -> None:
    events = [*step(0, has_update=True), *step(100, has_update=False)]  # float16 left one out
    found = read_step_parts(write(tmp_path / "trace.json.gz", events))
    assert found.num_steps == 2
    expected = {
        **{"waiting for data": 8, "preparation": 1, "forward": 9, "loss": 2, "backward": 38},
        **{"gradient norm": (5 + 30) / 2, "optimiser": 15 / 2, "figures, average": 10 / 2},
        **{"checkpoint": 7, "everything else": 100 - 80 - 8 - 7},
    }
    assert {name: time.host for name, time in found.times.items()} == pytest.approx(expected)
    assert list(found.times) == list(expected)
    assert all(time.device == 0 for time in found.times.values())


def test_a_gpus_work_belongs_to_the_part_that_asked_for_it(tmp_path: Path) -> None:
    work = [
        event("cudaLaunchKernel", 12, 13, "cuda_runtime", correlation=1),
        event("convolution", 70, 75, "kernel", correlation=1),  # long after it was asked for
        event("cuLaunchKernel", 30, 31, "cuda_driver", correlation=2),
        event("gradient", 75, 95, "kernel", correlation=2),
        event("cudaMemcpyAsync", 99.5, 99.6, "cuda_runtime", correlation=3),
        event("Memcpy", 99.6, 99.9, "gpu_memcpy", correlation=3),
        event("training step", 70, 95, "gpu_user_annotation"),
        event("forward", 70, 75, "gpu_user_annotation"),
    ]
    trace = write(tmp_path / "trace.json.gz", [*step(0, has_update=True), *work])
    found = read_step_parts(trace)
    assert found.num_steps == 1
    assert found.times["forward"].host == pytest.approx(9)
    times = {name: time.device for name, time in found.times.items()}
    some = {name: time for name, time in times.items() if time > 0}
    assert some == pytest.approx({"forward": 5, "backward": 20, "everything else": 0.3})
