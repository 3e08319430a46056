"""ril.lbp beside its peers, over sizes, scales, methods, dtypes, threads and instruction sets."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import numpy as np

from benchmarks.answers import (
    check_against_reference,
    check_equal,
    check_share,
    share_inside,
)
from benchmarks.interleaved import WALL_CLOCK, Effort, Timer, interleave, timer
from benchmarks.operator_calls import Call, ForcedProcess, by_scale, forced
from benchmarks.pictures import batch, square
from benchmarks.programs import Program
from benchmarks.records import SCALES, Entry, Group, Record
from ril import _core, lbp, reference

SIZES = (224, 512, 2048)
METHODS = ("default", "ror", "uniform", "var", "rank")
BATCH, BATCH_SIZE = 64, 224
LESSER_INSTRUCTION_SETS = ("avx2", "baseline")
EACH_AND_FUSED = (*((scale,) for scale in SCALES), SCALES)
REFERENCE_SIDE = 32


class Contest:
    """Collects what is timed in the same rounds; whatever enters has been checked."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._timers: dict[Entry, Timer] = {}
        self._agreement: dict[Entry, float] = {}

    def enter(self, entry: Entry, take_sample: Timer, agreement: float = 1.0) -> None:
        """Add one."""
        self._timers[entry] = take_sample
        self._agreement[entry] = agreement

    def run(self, effort: Effort) -> Group:
        """All rounds."""
        samples = interleave(self._timers, effort)
        records = [Record(entry, samples[entry], self._agreement[entry]) for entry in samples]
        return Group(self.name, records)


def measure_speed(
    picture: np.ndarray,
    programs: list[Program],
    effort: Effort,
    sizes: tuple[int, ...],
    progress: Callable[[str], None],
) -> list[Group]:
    """Every group, for one picture (H, W) uint8."""
    groups = []
    with ExitStack() as processes:
        best = _core.instruction_set()
        lesser = [
            processes.enter_context(forced(name))
            for name in LESSER_INSTRUCTION_SETS
            if name != best
        ]
        others = [process for process in lesser if process is not None]
        for size in sizes:
            progress(f"peers at {size} x {size}")
            groups.append(peers(picture, size, programs, others).run(effort))
    progress("methods, dtypes, threads")
    for contest in (methods(picture, programs), dtypes(picture), threads(picture)):
        groups += [contest.run(effort)]
    return groups


def peers(
    picture: np.ndarray, size: int, programs: list[Program], others: list[ForcedProcess]
) -> Contest:
    """Rotation-invariant codes, uint8, one thread: all programs, all instruction sets."""
    image = square(picture, size, "uint8")
    contest = Contest(f"peers {size}")
    for scales in EACH_AND_FUSED:
        call = Call(scales)
        ours = enter_ril(contest, call, image)
        for process in others:
            name = f"ril {process.instruction_set}"
            check_equal(process.values(call, image), ours, name)
            entry = Entry("ril", process.instruction_set, scales, size=size)
            contest.enter(entry, process.timer(call))
    enter_programs(contest, programs, image, "ror")
    for scale in SCALES:
        enter_reference(contest, image, scale)
    return contest


def methods(picture: np.ndarray, programs: list[Program]) -> Contest:
    """Every method at 512 x 512, beside the libraries that have it."""
    image = square(picture, 512, "uint8")
    contest = Contest("methods")
    for method in METHODS:
        for scales in EACH_AND_FUSED:
            enter_ril(contest, Call(scales, method), image)
        libraries = [program for program in programs if len(program.methods) > 1]
        enter_programs(contest, libraries, image, method)
    return contest


def dtypes(picture: np.ndarray) -> Contest:
    """8-bit and 16-bit pictures."""
    contest = Contest("dtypes")
    for scales in EACH_AND_FUSED:
        for dtype in ("uint8", "uint16"):
            enter_ril(contest, Call(scales), square(picture, 512, dtype))
    return contest


def threads(picture: np.ndarray) -> Contest:
    """A batch on one thread and on two."""
    images = batch(picture, BATCH, BATCH_SIZE)
    contest = Contest("threads")
    for scales in EACH_AND_FUSED:
        expected = np.stack([Call(scales).on(image)() for image in images])
        for num_threads in (1, 2):
            work = Call(scales, num_threads=num_threads).on(images)
            check_equal(work(), expected, f"ril on {num_threads} threads")
            entry = Entry(
                "ril",
                _core.instruction_set(),
                scales,
                size=BATCH_SIZE,
                count=BATCH,
                num_threads=num_threads,
            )
            contest.enter(entry, timer(work, WALL_CLOCK))
    return contest


def enter_ril(contest: Contest, call: Call, image: np.ndarray) -> np.ndarray:
    """Check against the definition, enter, and return the values."""
    work = call.on(image)
    values = work()
    name = f"ril {_core.instruction_set()}"
    check_against_reference(image, by_scale(values, call.scales), call.scales, call.method, name)
    entry = Entry(
        "ril", _core.instruction_set(), call.scales, call.method, str(image.dtype), image.shape[0]
    )
    contest.enter(entry, timer(work))
    return values


def enter_programs(
    contest: Contest, programs: list[Program], image: np.ndarray, method: str
) -> None:
    """Check each peer's values against ours, and enter it, scale by scale."""
    functions = {program.name: program.function for program in programs}
    for program in programs:
        if method not in program.methods:
            continue
        for P, R in SCALES:
            values = program.function(image, P, R, method)
            ours = lbp.local_binary_pattern(image, P, R, method)
            name = f"{program.name} at ({P}, {R}), {method}"
            share = share_inside(values, ours, R, method)
            check_share(share, program.expected_share, name)
            if program.same_as in functions:
                twin = functions[program.same_as](image, P, R, method)
                check_equal(values, twin, f"{name} and {program.same_as}")
            entry = Entry(program.name, "", ((P, R),), method, str(image.dtype), image.shape[0])
            contest.enter(entry, timer(_call(program, image, P, R, method)), share)


def enter_reference(contest: Contest, image: np.ndarray, scale: tuple[int, float]) -> None:
    """Plain Python, on a small part."""
    part = image[:REFERENCE_SIDE, :REFERENCE_SIDE]
    entry = Entry("ril.reference", "", (scale,), size=REFERENCE_SIDE)
    contest.enter(entry, timer(lambda: reference.local_binary_pattern(part, *scale, "ror")))


def _call(
    program: Program, image: np.ndarray, P: int, R: float, method: str
) -> Callable[[], np.ndarray]:
    function = program.function
    return lambda: function(image, P, R, method)
