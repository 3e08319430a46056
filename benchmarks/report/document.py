"""The whole of a run as one Markdown page, and its shortest form in the README."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.machine import was_busy
from benchmarks.records import Group
from benchmarks.report import plots, tables
from benchmarks.targets import Target, targets
from train.files import write_atomically

BUSY = " **(other work was running: what the clock on the wall measured is not judged)**"
MARKERS = ("<!-- benchmarks: made by python -m benchmarks -->\n", "<!-- /benchmarks -->\n")
PEERS = "peers "
RATIOS = (
    "Ratios are to ril on its best instruction set, in the same rounds. A peer has no fused call: "
    "its last column is the sum of three.\n"
)


def write_report(results: dict[str, Any], folder: Path) -> None:
    """`results.md` and the plots, beside `results.json`."""
    groups = groups_of(results)
    write_atomically(folder / "results.md", lambda path: path.write_text(page(results)))
    sizes = _sizes(groups)
    if "peers 512" in groups:
        plots.plot_peers(groups["peers 512"], folder / "peers.png")
    if len(sizes) > 1:
        plots.plot_sizes(sizes, folder / "sizes.png")


def groups_of(results: dict[str, Any]) -> dict[str, Group]:
    """Groups under their names."""
    return {content["name"]: Group.from_json(content) for content in results.get("speed", [])}


def targets_of(results: dict[str, Any]) -> list[Target]:
    """Every distance; on a busy machine none is judged by the clock on the wall."""
    found = targets(groups_of(results), results.get("loader", []))
    busy = was_busy(results["machine"])
    return [target._replace(judged=not (busy and target.wall_clock)) for target in found]


def page(results: dict[str, Any]) -> str:
    """Markdown."""
    machine, groups = results["machine"], groups_of(results)
    best = machine["instruction_set"]
    parts = ["# Results\n", _machine(results)]
    if groups:
        parts += ["## Distances\n", tables.targets_table(targets_of(results))]
        parts += ["![Every program](peers.png)\n"] if "peers 512" in groups else []
    for name, group in groups.items():
        if name.startswith(PEERS):
            side = name.removeprefix(PEERS)
            parts += [f"## Rotation-invariant codes, uint8, {side} x {side}, one thread\n"]
            parts += [tables.peers_table(group, best)]
    if groups:
        parts += [RATIOS, tables.notes_table(results["absent"])]
        parts += ["![Over sizes](sizes.png)\n"] if len(_sizes(groups)) > 1 else []
    if "methods" in groups:
        parts += ["## Methods, 512 x 512\n", tables.methods_table(groups["methods"])]
    if "dtypes" in groups:
        parts += ["## Pixel types, 512 x 512\n", tables.variants_table(groups["dtypes"], "dtype")]
    if "threads" in groups:
        parts += [
            "## Threads, 64 pictures of 224 x 224\n",
            tables.variants_table(groups["threads"], "num_threads"),
        ]
    if "loader" in results:
        parts += [
            "## Data loader\n",
            tables.loader_table(results["loader"]),
            tables.rates_table(results["loader"]),
        ]
    if "instructions" in results:
        counted = results["instructions"]
        parts += [f"## Instructions{', by ' + counted['tool'] if 'tool' in counted else ''}\n"]
        parts += [tables.instructions_table(counted)]
    return "\n".join(parts)


def readme_part(results: dict[str, Any]) -> str:
    """The peers at 512 x 512 and where they come from."""
    machine = results["machine"]
    group = groups_of(results)["peers 512"]
    verdicts = [target.verdict for target in targets_of(results)]
    return (
        f"{tables.peers_table(group, machine['instruction_set'])}\n"
        f"{results['picture']}, 512 x 512 uint8, `ror`, one thread of {machine['cpu']}, "
        f"{machine['compiler']}; medians of {len(group.records[0].seconds)} interleaved rounds, "
        f"answers checked first. Of the {len(verdicts)} distances that the project holds itself to "
        f"{verdicts.count('reached')} are reached. They, sizes, methods, threads, the data loader: "
        "[benchmarks](benchmarks/README.md).\n"
    )


def between_markers(text: str, part: str) -> str:
    """`text` with `part` between the markers; ValueError where they are missing."""
    start, end = MARKERS
    before, _, rest = text.partition(start)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"there is no place for the table: {start.strip()} .. {end.strip()}")
    return f"{before}{start}\n{part}\n{end}{after}"


def _sizes(groups: dict[str, Group]) -> list[Group]:
    return [group for name, group in groups.items() if name.startswith(PEERS)]


def _machine(results: dict[str, Any]) -> str:
    machine = results["machine"]
    versions = [f"{name} {number}" for name, number in machine["packages"].items()]
    lines = {
        "command": f"`{machine['command']}`",
        "processor": f"{machine['cpu']} (family, model, stepping "
        f"{', '.join(machine['cpu_family_model_stepping'])}), {machine['cores']} cores; "
        f"{' '.join(machine['flags'])}",
        "load average before": f"{machine['load_average']:.2f}{BUSY if was_busy(machine) else ''}",
        "system": f"{machine['os']}, Python {machine['python']}",
        "ril": f"{machine['ril']}, commit {machine['commit']}, {machine['compiler']}, "
        f"{machine['instruction_set']}",
        "packages": ", ".join(versions),
        "picture": results["picture"],
    }
    return "\n".join(f"- {name}: {text}" for name, text in lines.items()) + "\n"
