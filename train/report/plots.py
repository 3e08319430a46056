"""Plots as PNG files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from train.age_classes import MAX_MONTHS, MONTHS_PER_CLASS
from train.files import write_atomically

GIRLS_COLOUR, BOYS_COLOUR, UNKNOWN_SEX_COLOUR = "#c2185b", "#1565c0", "#455a64"


def plot_curves(history: Sequence[dict[str, float]], path: Path) -> None:
    """Training loss, validation MAE and accuracies over epochs."""
    epochs = [entry["epoch"] for entry in history]
    figure = Figure(figsize=(12, 3.6), layout="constrained")
    loss, mae, accuracy = figure.subplots(1, 3)
    loss.plot(epochs, [entry["training_loss"] for entry in history], marker="o")
    loss.set(title="Training loss", xlabel="epoch", ylim=(0, None))
    mae.plot(epochs, [entry["validation_mae_months"] for entry in history], marker="o")
    mae.set(title="Validation MAE", xlabel="epoch", ylabel="months", ylim=(0, None))
    for key, label in (("top1", "right class"), ("within_one_class", "within one class")):
        values = [100 * entry[f"validation_{key}"] for entry in history]
        accuracy.plot(epochs, values, marker="o", label=label)
    accuracy.set(title="Validation accuracy", xlabel="epoch", ylabel="%", ylim=(0, 100))
    accuracy.legend()
    for axes in (loss, mae, accuracy):
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
    save_figure(figure, path)


def plot_predictions(
    bone_age_months: np.ndarray,
    predicted_months: np.ndarray,
    is_male: np.ndarray | None,
    path: Path,
) -> None:
    """Predicted against labelled age, and the error over age; (N,) each, ages in months."""
    figure = Figure(figsize=(11, 5), layout="constrained")
    agreement, error = figure.subplots(1, 2)
    for members, colour, label in groups_by_sex(is_male, len(bone_age_months)):
        true = bone_age_months[members] / MONTHS_PER_CLASS
        predicted = predicted_months[members] / MONTHS_PER_CLASS
        style = {"s": 9, "alpha": 0.45, "color": colour, "label": label, "linewidths": 0}
        agreement.scatter(true, predicted, **style)
        error.scatter(true, (predicted - true) * MONTHS_PER_CLASS, **style)
    limit = MAX_MONTHS / MONTHS_PER_CLASS
    agreement.plot([0, limit], [0, limit], color="black", linewidth=0.8)
    agreement.set(
        title="Predicted and labelled bone age",
        xlabel="labelled, years",
        ylabel="predicted, years",
        xlim=(0, limit),
        ylim=(0, limit),
        aspect="equal",
    )
    agreement.legend()
    error.axhline(0, color="black", linewidth=0.8)
    error.set(title="Error", xlabel="labelled, years", ylabel="predicted - labelled, months")
    for axes in (agreement, error):
        axes.grid(alpha=0.3)
    save_figure(figure, path)


def groups_by_sex(is_male: np.ndarray | None, number: int) -> list[tuple[np.ndarray, str, str]]:
    """Members, colour and name of each group; one group where the sexes are not known."""
    if is_male is None:
        return [(np.ones(number, dtype=bool), UNKNOWN_SEX_COLOUR, "children")]
    return [(~is_male, GIRLS_COLOUR, "girls"), (is_male, BOYS_COLOUR, "boys")]


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure, atomically."""
    FigureCanvasAgg(figure)
    write_atomically(path, lambda temporary: figure.savefig(temporary, dpi=110))
