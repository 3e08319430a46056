"""Plots as PNG files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.records import SCALES, Group
from benchmarks.report.tables import figure as number
from train.files import write_atomically

OURS, PEERS = "#1565c0", "#9e9e9e"


def plot_peers(group: Group, path: Path) -> None:
    """Nanoseconds a pixel of every program at each scale, on a logarithmic axis."""
    figure = Figure(figsize=(13, 4.2), layout="constrained")
    for axes, scale in zip(figure.subplots(1, len(SCALES)), SCALES, strict=True):
        records = [r for r in group.records if r.entry.scales == (scale,)]
        records.sort(key=lambda record: -record.ns_per_pixel.median)
        names = [" ".join((r.entry.program, r.entry.instruction_set)).strip() for r in records]
        spreads = [record.ns_per_pixel for record in records]
        medians = np.array([spread.median for spread in spreads])
        errors = [[s.median - s.q1 for s in spreads], [s.q3 - s.median for s in spreads]]
        colours = [OURS if name.startswith("ril") else PEERS for name in names]
        bars = axes.barh(names, medians, xerr=errors, color=colours, log=True)
        axes.bar_label(bars, [number(median) for median in medians], padding=4, fontsize=8)
        axes.set(title=f"(P, R) = {scale}", xlabel="ns a pixel (less is better)")
        axes.set_xlim(0.1, 1e7)
        axes.grid(axis="x", alpha=0.3)
    side = group.records[0].entry.size
    figure.suptitle(f"Rotation-invariant codes of a {side} x {side} radiograph, uint8, one thread")
    _save(figure, path)


def plot_sizes(groups: Sequence[Group], path: Path) -> None:
    """Our kernels and the best-known peer over picture sizes."""
    figure = Figure(figsize=(13, 3.8), layout="constrained")
    sizes = [group.records[0].entry.size for group in groups]
    for axes, scale in zip(figure.subplots(1, len(SCALES), sharey=True), SCALES, strict=True):
        for (program, instruction_set), style in _LINES.items():
            wanted = {"program": program, "instruction_set": instruction_set, "scales": (scale,)}
            found = [group.find(**wanted) for group in groups]
            if all(found):
                medians = [record.ns_per_pixel.median for record in found if record]
                label = f"{program} {instruction_set}".strip()
                axes.plot(sizes, medians, label=label, **style)
        axes.set(title=f"(P, R) = {scale}", xlabel="side of the picture, pixels")
        axes.set(xscale="log", yscale="log", xticks=sizes, xticklabels=sizes)
        axes.minorticks_off()
        axes.grid(alpha=0.3)
        axes.set_ylabel("ns a pixel" if scale == SCALES[0] else "")
    axes.legend(fontsize=8)
    _save(figure, path)


_LINES: Mapping[tuple[str, str], dict[str, str]] = {
    ("scikit-image", ""): {"color": PEERS, "marker": "s"},
    ("ril", "baseline"): {"color": "#90caf9", "marker": "v"},
    ("ril", "avx2"): {"color": "#42a5f5", "marker": "^"},
    ("ril", "avx512"): {"color": OURS, "marker": "o"},
}


def _save(figure: Figure, path: Path) -> None:
    FigureCanvasAgg(figure)
    write_atomically(path, lambda temporary: figure.savefig(temporary, dpi=100))
