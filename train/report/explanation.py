"""One picture of what a network made of one radiograph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from train.age_classes import MONTHS_PER_CLASS, NUM_CLASSES
from train.report.plots import save_figure

CANVAS = (-1.0, 1.0, 1.0, -1.0)
"""Left, right, lower and upper edge of the letterboxed square, in image coordinates."""
WINDOW_COLOURS = colormaps["tab10"].colors
LOWERS_COLOUR, RAISES_COLOUR = "#4da3ff", "#ff5a36"
HEAT_OPACITY = 0.6
AGE_COLOUR = "#c62828"
CAPTION = "Heat map: Grad-CAM of the expected age.  Research software, not a medical device."


def plot_explanation(
    path: Path,
    *,
    title: str,
    radiograph: np.ndarray,
    channels: dict[str, np.ndarray],
    months: float,
    probabilities: np.ndarray | None,
    heat: np.ndarray,
    theta: np.ndarray | None,
) -> None:
    """Draw a radiograph with its windows, its heat, its texture and its classes as a PNG file.

    Args:
        path: of the file.
        title: of the picture.
        radiograph: (H, W) uint8 or uint16, at any resolution.
        channels: name and (h, w) uint8 of each texture channel.
        months: expected bone age.
        probabilities: (19,) of the age classes; None of a head that has none.
        heat: (h, w) months a pixel of the canvas.
        theta: (N, 3) windows; None of a network without attention.
    """
    figure = Figure(figsize=(14, 5.6), layout="constrained")
    figure.suptitle(title, parse_math=False)  # a file may be called $x$
    figure.supxlabel(CAPTION, fontsize=8, color="dimgrey")
    left, right = figure.subfigures(1, 2, width_ratios=(9, 5))
    looked, because = left.subplots(1, 2)
    _show_radiograph(looked, radiograph)
    _show_radiograph(because, radiograph)
    looked.set_title("Radiograph" if theta is None else "Where the network looked")
    if theta is not None:
        _draw_windows(looked, theta)
    _draw_heat(because, heat)
    upper, lower = right.subfigures(2, 1, height_ratios=(3, 2))
    _draw_classes(upper.subplots(), months, probabilities)
    panels = lower.subplots(1, len(channels), squeeze=False)[0]
    for axes, (name, channel) in zip(panels, channels.items(), strict=True):
        axes.imshow(channel, cmap="gray", vmin=0, vmax=255, extent=CANVAS)
        axes.set_title(name, fontsize=9)
        _frame(axes)
    save_figure(figure, path)


def _show_radiograph(axes: Axes, radiograph: np.ndarray) -> None:
    height, width = radiograph.shape
    x, y = width / max(height, width), height / max(height, width)
    axes.imshow(radiograph, cmap="gray", extent=(-x, x, y, -y))
    _frame(axes)


def _frame(axes: Axes) -> None:
    """The whole canvas, as the network sees it: with black at the sides of a radiograph."""
    left, right, lower, upper = CANVAS
    axes.set(xlim=(left, right), ylim=(lower, upper), xticks=[], yticks=[], facecolor="black")


def _draw_windows(axes: Axes, theta: np.ndarray) -> None:
    for number, (scale, x, y) in enumerate(theta.tolist(), start=1):
        colour = WINDOW_COLOURS[number - 1]
        left, upper, side = x - scale, y - scale, 2 * scale
        axes.add_patch(
            Rectangle((left, upper), side, side, fill=False, edgecolor=colour, linewidth=1.8)
        )
        axes.text(
            left + 0.03,
            upper + 0.03,
            str(number),
            color="white",
            fontsize=8,
            verticalalignment="top",
            bbox={"facecolor": colour, "edgecolor": "none", "pad": 1.5},
        )


def _draw_heat(axes: Axes, heat: np.ndarray) -> None:
    highest = max(float(np.abs(heat).max()), np.finfo(np.float32).tiny)
    strength = heat / highest
    colours = np.where(strength[..., None] < 0, to_rgba(LOWERS_COLOUR), to_rgba(RAISES_COLOUR))
    colours[..., 3] = HEAT_OPACITY * np.abs(strength)
    axes.imshow(colours, extent=CANVAS, interpolation="bilinear")
    axes.set_title("What the age comes from")
    for x, words, colour in (
        (0.02, "lowers the age", LOWERS_COLOUR),
        (0.98, "raises the age", RAISES_COLOUR),
    ):
        axes.text(
            x,
            0.02,
            words,
            color=colour,
            fontweight="bold",
            horizontalalignment="left" if x < 0.5 else "right",
            transform=axes.transAxes,
            bbox={"facecolor": "black", "edgecolor": "none", "alpha": 0.75, "pad": 2},
        )


def _draw_classes(axes: Axes, months: float, probabilities: np.ndarray | None) -> None:
    years = months / MONTHS_PER_CLASS
    if probabilities is not None:
        axes.bar(np.arange(NUM_CLASSES), probabilities, width=1, align="edge", color="#90a4ae")
        axes.set(ylabel="probability of the class")
    else:
        axes.set(yticks=[], ylim=(0, 1))
    axes.axvline(years, color=AGE_COLOUR, linewidth=2)
    axes.set(title=f"Expected bone age {years:.1f} years", xlabel="years", xlim=(0, NUM_CLASSES))
    axes.set_xticks(range(0, NUM_CLASSES + 1, 2))
    axes.grid(axis="x", alpha=0.3)
