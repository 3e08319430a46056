"""Tables for the terminal."""

from __future__ import annotations

from rich.table import Table

from train.age_classes import MONTHS_PER_CLASS
from train.metrics.evaluation import Evaluation, Mean
from train.metrics.window_coverage import WindowCoverage

RULE_NAMES = {
    "upper": "upper edge (paper, 1..19 years)",
    "lower": "lower edge (0..18 years)",
    "centre": "centre of the class",
    "class_mean": "mean of the training rows",
}


def summary_table(evaluation: Evaluation, title: str) -> Table:
    """The main figures, each with its 95 % interval."""
    table = new_table(title, "figure", "value", "95 % interval")
    mae = evaluation.mae_months
    rule = evaluation.primary_rule
    table.add_row("MAE, months" + (f" ({rule})" if rule else ""), *_number(mae))
    table.add_row("MAE, years", *_number(mae, scale=1 / MONTHS_PER_CLASS, digits=3))
    table.add_row("right class (top-1), %", *_number(evaluation.top1, scale=100, digits=1))
    table.add_row("within one class, %", *_number(evaluation.within_one_class, 100, 1))
    table.add_row("RMSE, months", f"{evaluation.rmse_months:.2f}", "")
    table.add_row("bias (predicted - labelled), months", f"{evaluation.bias_months:+.2f}", "")
    table.add_row("slope of the error on age", f"{evaluation.error_slope:+.3f}", "")
    for months, share in evaluation.share_within_months.items():
        table.add_row(f"within {months} months, %", f"{100 * share:.1f}", "")
    baseline = evaluation.mean_age_mae_months
    table.add_row("MAE of always answering the mean age, months", f"{baseline:.2f}", "")
    return table


def rules_table(evaluation: Evaluation) -> Table:
    """MAE under each rule for the months that a class stands for."""
    table = new_table(
        "MAE under each rule, months (years)",
        "a class stands for",
        *("expectation", "95 % interval", "most probable class", "perfect classifier"),
    )
    for result in evaluation.rules:
        table.add_row(
            RULE_NAMES[result.rule],
            _months_and_years(result.expectation_mae_months.value),
            _number(result.expectation_mae_months)[1],
            _months_and_years(result.argmax_mae_months),
            _months_and_years(result.floor_mae_months),
        )
    return table


def subgroups_table(evaluation: Evaluation) -> Table:
    """MAE and bias by sex, by age and by both."""
    table = new_table("Subgroups", "group", "n", "MAE, months", "95 % interval", "bias, months")
    for group in evaluation.subgroups:
        mae, interval = _number(group.mae_months)
        bias = f"{group.bias_months:+.2f}"
        table.add_row(group.name, str(group.num_radiographs), mae, interval, bias)
    return table


def window_coverage_table(windows: WindowCoverage, grid: WindowCoverage) -> Table:
    """How far the windows cover experts' boxes, beside the grid that they started from."""
    table = new_table(
        f"Windows on {windows.num_boxes} boxes of {windows.num_radiographs} radiographs, % (grid)",
        "boxes",
        *("n", "centre in a window", "area in one window", "distance to a centre, % of side"),
    )
    for learned, fixed in zip(windows.regions, grid.regions, strict=True):
        table.add_row(
            learned.region,
            str(learned.num_boxes),
            _percent(learned.centre_covered, fixed.centre_covered),
            _percent(learned.area_covered, fixed.area_covered),
            _percent(learned.centre_distance, fixed.centre_distance),
        )
    table.add_section()
    pairs = [
        (windows.centre_covered, grid.centre_covered),
        (windows.area_covered, grid.area_covered),
        (windows.centre_distance, grid.centre_distance),
    ]
    means = [_percent(learned.value, fixed.value) for learned, fixed in pairs]
    table.add_row("mean over radiographs", "", *means)
    table.add_row("95 % interval", "", *(_number(learned, 100, 1)[1] for learned, _ in pairs))
    table.caption = (
        f"{_percent(windows.idle_windows, grid.idle_windows)} % of the windows show no box's "
        "centre; together they lie on "
        f"{_percent(windows.picture_covered, grid.picture_covered)} % of the picture."
    )
    return table


def new_table(title: str, subject: str, *figures: str) -> Table:
    """An empty one; figures are set to the right."""
    table = Table(title=title, title_justify="left")
    table.add_column(subject)
    for figure in figures:
        table.add_column(figure, justify="right")
    return table


def _number(mean: Mean, scale: float = 1.0, digits: int = 2) -> tuple[str, str]:
    low, high = mean.ci_low * scale, mean.ci_high * scale
    return f"{mean.value * scale:.{digits}f}", f"{low:.{digits}f} - {high:.{digits}f}"


def _percent(share: float, of_grid: float) -> str:
    return f"{100 * share:.1f} ({100 * of_grid:.1f})"


def _months_and_years(months: float) -> str:
    return f"{months:.2f} ({months / MONTHS_PER_CLASS:.3f})"
