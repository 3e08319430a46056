"""Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.interleaved import Spread, ratio, spread
from benchmarks.programs import PROGRAMS
from benchmarks.records import SCALES, Group, Record
from benchmarks.targets import Target, scale_names

COLUMNS = (*((scale,) for scale in SCALES), SCALES)
PLAIN_PYTHON = "ril.reference"
NOTES = {program.name: program.note for program in PROGRAMS} | {
    "ril": "exact in integers",
    PLAIN_PYTHON: "the definition in plain Python, on 32 x 32 pixels",
}


def table(header: Sequence[str], rows: Iterable[Sequence[str]], rule: str = "---:") -> str:
    """A Markdown table; its first column is text, the others are figures by default."""
    lines = [header, ["---", *[rule] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def figure(value: float) -> str:
    """Three digits that count."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def with_quartiles(value: Spread | None, unit: str = "") -> str:
    """Median and quartiles."""
    if value is None:
        return ""
    return f"{figure(value.median)}{unit} ({figure(value.q1)} to {figure(value.q3)})"


def targets_table(targets: Sequence[Target]) -> str:
    """Every distance and its verdict."""
    rows = [
        [
            target.name,
            f"{'>=' if target.at_least else '<='} {figure(target.bound)}{_unit(target)}",
            with_quartiles(target.value, _unit(target)),
            target.verdict,
        ]
        for target in targets
    ]
    return table(["distance", "bound", "measured (quartiles)", ""], rows)


def peers_table(group: Group, best: str) -> str:
    """Nanoseconds a pixel of each program, and how many times longer than ours."""
    rows = []
    for program, instruction_set in _programs(group):
        cells = []
        for scales in COLUMNS:
            seconds = _seconds(group, program, instruction_set, scales)
            ours = _seconds(group, "ril", best, scales)
            if seconds is None or ours is None:
                cells += ["", ""]
                continue
            pixels = _pixels(group, program, instruction_set)
            per_pixel = [second / pixels for second in seconds]
            ours_per_pixel = [second / _pixels(group, "ril", best) for second in ours]
            is_ours = (program, instruction_set) == ("ril", best)
            longer = "" if is_ours else f"{figure(ratio(per_pixel, ours_per_pixel).median)}x"
            cells += [figure(spread(per_pixel).median * 1e9), longer]
        label = f"**ril**, {instruction_set}" if program == "ril" else program
        rows.append([label, *cells, _agreement(group, program)])
    heads = [part for scales in COLUMNS for part in (scale_names(scales), "")]
    return table(["ns/pixel", *heads, "equal to ril"], rows)


def notes_table(absent: Mapping[str, str]) -> str:
    """What each program is, and which were absent."""
    rows = [
        [name, f"absent in this run: {absent[name]}" if name in absent else note]
        for name, note in NOTES.items()
    ]
    return table(["program", "what it is"], rows, rule="---")


def methods_table(group: Group, peer: str = "scikit-image") -> str:
    """Our time for each method, and the peer's in relation to it."""
    rows = []
    for method in dict.fromkeys(record.entry.method for record in group.records):
        cells = []
        for scales in COLUMNS:
            ours = group.find(program="ril", method=method, scales=scales)
            theirs = group.find(program=peer, method=method, scales=scales)
            cells.append(figure(ours.ns_per_pixel.median) if ours else "")
            both = ours and theirs and ratio(theirs.seconds, ours.seconds)
            if len(scales) == 1:
                cells.append(f"{figure(both.median)}x" if both else "")
        rows.append([f"`{method}`", *cells])
    heads = [part for scale in SCALES for part in (scale_names((scale,)), peer)]
    return table(["ns/pixel", *heads, scale_names(SCALES)], rows)


def variants_table(group: Group, field: str) -> str:
    """Our time for each value of one field, such as the dtype."""
    rows = []
    for value in dict.fromkeys(getattr(record.entry, field) for record in group.records):
        records = [group.find(scales=scales, **{field: value}) for scales in COLUMNS]
        cells = [with_quartiles(record.ns_per_pixel) if record else "" for record in records]
        rows.append([str(value), *cells])
    return table([f"ns/pixel, {field}", *map(scale_names, COLUMNS)], rows)


def loader_table(results: Sequence[Mapping[str, Any]]) -> str:
    """Milliseconds of each step and the share of LBP."""
    rows = [
        [
            f"{result['source']} ({result['num_files']} files)",
            *(with_quartiles(Spread(**step)) for step in result["milliseconds"].values()),
            f"{with_quartiles(Spread(**result['lbp_share']).scaled(100), ' %')}",
        ]
        for result in results
    ]
    heads = ["ms a picture", "decode", "resize to 224", "three LBP scales", "LBP adds"]
    return table(heads, rows)


def rates_table(results: Sequence[Mapping[str, Any]]) -> str:
    """Pictures per second of whole loaders."""
    rows = [
        [result["source"], *(with_quartiles(Spread(**rate)) for rate in rates.values())]
        for result in results
        if (rates := result["pictures_per_second"])
    ]
    names = list(results[0]["pictures_per_second"]) if results else []
    return table(["pictures/s", *names], rows)


def instructions_table(result: Mapping[str, Any]) -> str:
    """Instructions a pixel, or why there are none."""
    if "skipped" in result:
        return f"Not counted: {result['skipped']}.\n"
    scales = list(dict.fromkeys(row["scales"] for row in result["rows"]))
    lines: dict[tuple[str, ...], list[str]] = {}
    for row in result["rows"]:
        name = (row["instruction_set"], row["method"], row["dtype"])
        lines.setdefault(name, []).append(figure(row["instructions_per_pixel"]))
    rows = [[", ".join(name), *cells] for name, cells in lines.items()]
    names = [f"({one.replace(',', ', ')})" if " " not in one else "fused" for one in scales]
    return table(["instructions/pixel", *names], rows)


def _unit(target: Target) -> str:
    return target.unit if target.unit == "x" else f" {target.unit}"


def _programs(group: Group) -> list[tuple[str, str]]:
    return list(dict.fromkeys((r.entry.program, r.entry.instruction_set) for r in group.records))


def _seconds(
    group: Group, program: str, instruction_set: str, scales: tuple[tuple[int, float], ...]
) -> Sequence[float] | None:
    """Of the call with these scales; where there is none of all, of one call for each scale."""
    found = group.find(program=program, instruction_set=instruction_set, scales=scales)
    if found is not None:
        return found.seconds
    return group.find_sum(program, instruction_set=instruction_set) if scales == SCALES else None


def _pixels(group: Group, program: str, instruction_set: str) -> int:
    found: Record | None = group.find(program=program, instruction_set=instruction_set)
    assert found is not None
    return found.entry.pixels


def _agreement(group: Group, program: str) -> str:
    shares = [record.agreement for record in group.records if record.entry.program == program]
    low, high = (f"{100 * share:.1f}" for share in (min(shares), max(shares)))
    return f"{low} %" if low == high else f"{low} to {high} %"
