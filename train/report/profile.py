"""Where the time of a step goes, for the terminal."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from train.report.tables import new_table


def profile_table(figures: dict[str, Any]) -> Table:
    """What `train.engine.profiler.profile_figures` found, one row a part of a step."""
    parts = figures["step_milliseconds"]
    whole = sum(part["host"] for part in parts.values())
    has_device = any(part["device"] > 0 for part in parts.values())
    table = new_table(
        f"Steps of {figures['batch_size']} radiographs, mean of {figures['num_steps']}",
        *("part", "ms", "%", *(["ms of the GPU's work"] if has_device else [])),
    )
    for name, part in parts.items():
        device = [f"{part['device']:.2f}"] if has_device else []
        table.add_row(name, f"{part['host']:.2f}", f"{100 * part['host'] / whole:.1f}", *device)
    table.add_section()
    table.add_row("whole step", f"{whole:.2f}", "100")
    return table


def beside_the_steps(figures: dict[str, Any]) -> list[str]:
    """Lines on what is not in every step, or not in its process."""
    step = sum(part["host"] for part in figures["step_milliseconds"].values())
    lines = [
        f"A checkpoint takes {figures['checkpoint_milliseconds']:.0f} ms, "
        f"one in {figures['checkpoint_every_steps']} steps."
    ]
    radiograph = figures["radiograph_milliseconds"]
    if radiograph is not None:
        parts = ", ".join(f"{name} {value:.2f}" for name, value in radiograph.items())
        batch = sum(radiograph.values()) * figures["batch_size"] / figures["num_processes"]
        lines += [f"In the loader a radiograph takes, in ms: {parts}; a batch {batch:.1f}."]
        num_workers = figures["num_workers"]
        if num_workers > 0:
            busy = 100 * batch / (step * num_workers)
            lines += [
                f"That keeps each of {num_workers} worker(s) busy for {busy:.0f} % of a step."
            ]
    return lines
