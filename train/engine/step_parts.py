"""Names of the parts of a step, and how long each took by the trace of PyTorch's profiler.

The loop marks the parts that it knows by `record_function`; the profiler itself marks what autograd
and the optimiser do. In between lie the loss and what is done with the gradients.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

WAITING = "waiting for data"
STEP = "training step"
FORWARD = "forward"
VALIDATION = "validation"
CHECKPOINT = "checkpoint"
REST = "everything else"
PARTS = (
    *(WAITING, "preparation", FORWARD, "loss", "backward", "gradient norm", "optimiser"),
    *("figures, average", VALIDATION, CHECKPOINT, REST),
)
"""In the order of a step. `preparation` takes the batch to the device and clears the gradients;
`gradient norm` also averages gradients over processes; `figures, average` waits for the device and
renews the moving average of the weights; `everything else` is progress and tracking."""
BACKWARD_EVENTS = "autograd::engine::evaluate_function"
OPTIMIZER_EVENTS = "Optimizer.step#"
WHOLE_EVENTS = "ProfilerStep#"
HOST_MARKS = ("user_annotation", "cpu_op")
"""On a GPU the trace has the marks once more, on the device's own time line."""
DEVICE_WORK = ("kernel", "gpu_memcpy", "gpu_memset")
LAUNCHES = ("cuda_runtime", "cuda_driver")


class PartTime(NamedTuple):
    """Mean time of a part in milliseconds a step.

    Attributes:
        host: by the clock of the process.
        device: that a GPU worked on what the part gave it; 0 where there is none.
    """

    host: float
    device: float


class StepParts(NamedTuple):
    """Of `num_steps` steps: the mean time of each of `PARTS` that took any."""

    num_steps: int
    times: dict[str, PartTime]


class _Span(NamedTuple):
    name: str
    begin: float
    end: float


def read_step_parts(trace: Path) -> StepParts:
    """Sum up a trace (Chrome's JSON, gzipped) of whole steps and what followed the last."""
    with gzip.open(trace) as file:
        events = [event for event in json.load(file)["traceEvents"] if event.get("ph") == "X"]
    spans = [
        _Span(event["name"], event["ts"], event["ts"] + event["dur"])
        for event in events
        if event.get("cat") in HOST_MARKS
    ]
    whole = [span for span in spans if span.name.startswith(WHOLE_EVENTS)]
    parts = list(_parts(spans))
    host = _summed((part.name, part.end - part.begin) for part in parts)
    host[REST] = sum(span.end - span.begin for span in whole) - sum(host.values())
    device = _summed(_device_work(events, parts))
    num_steps = sum(span.name == STEP for span in spans)
    times = {
        name: PartTime(*(sums.get(name, 0.0) / 1e3 / num_steps for sums in (host, device)))
        for name in PARTS
        if name in host or name in device
    }
    return StepParts(num_steps, times)


def _parts(spans: list[_Span]) -> Iterator[_Span]:
    for span in spans:
        if span.name in (WAITING, VALIDATION, CHECKPOINT):
            yield span
        elif span.name == STEP:
            inside = [one for one in spans if span.begin <= one.begin and one.end <= span.end]
            yield from _parts_of_step(span, inside)


def _parts_of_step(step: _Span, inside: list[_Span]) -> Iterator[_Span]:
    forward = _hull(inside, FORWARD)
    backward = _hull(inside, BACKWARD_EVENTS)
    # float16 leaves out a step whose gradients it could not hold.
    has_update = any(span.name.startswith(OPTIMIZER_EVENTS) for span in inside)
    optimizer = _hull(inside, OPTIMIZER_EVENTS) if has_update else (step.end, step.end)
    edges = (step.begin, *forward, *backward, *optimizer, step.end)
    for name, (begin, end) in zip(PARTS[1:8], pairwise(edges), strict=True):
        yield _Span(name, begin, end)


def _hull(spans: list[_Span], prefix: str) -> tuple[float, float]:
    found = [span for span in spans if span.name.startswith(prefix)]
    return min(span.begin for span in found), max(span.end for span in found)


def _device_work(events: list[dict[str, Any]], parts: list[_Span]) -> Iterator[tuple[str, float]]:
    """Work of a GPU belongs to the part that asked for it."""
    launched = {
        event["args"]["correlation"]: event["ts"]
        for event in events
        if event.get("cat") in LAUNCHES and "correlation" in event.get("args", {})
    }
    for event in events:
        if event.get("cat") in DEVICE_WORK:
            time = launched.get(event["args"]["correlation"], event["ts"])
            names = (part.name for part in parts if part.begin <= time < part.end)
            yield next(names, REST), event["dur"]


def _summed(named: Iterable[tuple[str, float]]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for name, value in named:
        sums[name] = sums.get(name, 0.0) + value
    return sums
