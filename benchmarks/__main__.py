"""`python -m benchmarks`: measure, check, write tables and plots."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before NumPy: peers get one thread, too

from benchmarks.answers import WrongAnswerError
from benchmarks.instructions import measure_instructions
from benchmarks.interleaved import Effort
from benchmarks.loader import measure_loader
from benchmarks.machine import machine
from benchmarks.pictures import radiograph
from benchmarks.programs import present
from benchmarks.records import dump
from benchmarks.report.document import between_markers, readme_part, targets_of, write_report
from benchmarks.speed import SIZES, measure_speed
from train.files import write_atomically

PARTS = ("speed", "loader", "instructions")
FULL = Effort(min_rounds=5, max_rounds=25, seconds=25)
QUICK = Effort(min_rounds=3, max_rounds=5, seconds=4)
QUICK_SIZES = (512,)


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("benchmarks/results"),
        metavar="FOLDER",
        help="where results.json, results.md and plots go (%(default)s)",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="512 x 512 alone, few rounds, no loader: about a minute",
    )
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, metavar="PART", help=f"some of {', '.join(PARTS)}"
    )
    parser.add_argument(
        "--readme",
        type=Path,
        metavar="FILE",
        help="put the short table between the markers of this file",
    )
    parser.add_argument(
        "--report-only",
        action="store_true",
        help="measure nothing; tables and plots from FOLDER/results.json",
    )
    options = parser.parse_args(arguments)
    results_file = options.out / "results.json"
    try:
        if options.report_only:
            results = json.loads(results_file.read_text())
        else:
            results = measure(options.only or PARTS, options.quick)
            options.out.mkdir(parents=True, exist_ok=True)
            write_atomically(results_file, lambda path: path.write_text(dump(results)))
        write_report(results, options.out)
        if options.readme is not None:
            text = between_markers(options.readme.read_text(), readme_part(results))
            write_atomically(options.readme, lambda path: path.write_text(text))
    except (OSError, ValueError, WrongAnswerError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for target in targets_of(results):
        median = "" if target.value is None else f"{target.value.median:.3g} {target.unit}"
        print(f"{target.verdict:13} {median:>9}  {target.name} ({target.bound:g} {target.unit})")
    print(f"results: {options.out / 'results.md'}")
    return 0


def measure(parts: list[str] | tuple[str, ...], quick: bool) -> dict[str, Any]:
    """Everything that was asked for, as it goes into the file."""
    picture = radiograph()
    programs, absent = present()
    effort = QUICK if quick else FULL
    results = {"machine": machine(), "picture": picture.source, "absent": absent}
    for name, reason in absent.items():
        progress(f"absent: {name} ({reason})")
    if "speed" in parts:
        sizes = QUICK_SIZES if quick else SIZES
        groups = measure_speed(picture.pixels, programs, effort, sizes, progress)
        results["speed"] = [group.to_json() for group in groups]
    if "loader" in parts and not quick:
        results["loader"] = measure_loader(effort, progress)
    if "instructions" in parts and not quick:
        results["instructions"] = measure_instructions(progress)
    return results


def progress(message: str) -> None:
    """One line a step."""
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
