"""`python -m train evaluate`: judge a trained network on held-out radiographs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import tyro

from train.age_classes import MONTHS_PER_CLASS
from train.config import RunConfig
from train.data.dataset import FixedOrder, RadiographDataset, make_loader
from train.data.decode import decode
from train.data.label_format import LabelFormat
from train.data.labels import LabelledRadiographs, read_data_set
from train.data.pack import PicturePack
from train.data.region_boxes import RegionBoxes, read_region_boxes
from train.data.splits import split_rows
from train.data.unreadable import unreadable_pictures
from train.decoded_pictures import decoded_pictures
from train.engine.allocator import keep_freed_memory
from train.engine.checkpoints import Checkpoint, best_checkpoint
from train.engine.inference import Predictions, predict, resolve_device
from train.errors import UserError
from train.files import write_atomically, write_json
from train.metrics import WindowCoverage, evaluate_predictions, window_coverage
from train.model.windows import grid_windows
from train.optional import OptionalPath
from train.report.plots import plot_predictions
from train.report.tables import (
    rules_table,
    subgroups_table,
    summary_table,
    window_coverage_table,
)
from train.run_folder import RunFolder
from train.terminal import console, print_left_out, progress_bar

Part = Literal["test", "validation", "training", "all"]


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions:
    """Judge the best epoch of a run.

    Prints and writes into the run's folder: accuracy, MAE under each expectation rule with
    confidence intervals, subgroups by sex and age, every prediction, a plot.

    Example: python -m train evaluate runs/short --part test
    """

    run: tyro.conf.Positional[Path]
    """Folder of the run."""
    part: Part = "test"
    """Rows to judge on; `all` is for data that the run has not seen."""
    data: OptionalPath = None
    """Folder of the data set, or its tar files; default: the run's own."""
    label_format: LabelFormat = field(default_factory=LabelFormat)
    """Of --data."""
    boxes: OptionalPath = None
    """Folder of Pascal VOC files <id>.xml with experts' boxes around the regions that they read:
    says how much of them the windows of --attention show."""
    batch_size: int = 64
    """Radiographs at a time."""
    num_workers: int = 1
    """Processes that read pictures ahead."""
    cache: bool = True
    """Take the pictures from the cache of `fit`, or decode them into it once.
    A run that was made with --no-cache leaves it alone in any case."""
    cache_dir: OptionalPath = None
    """Where it is; default: where the run keeps its pictures."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """`auto` takes the GPU where there is one."""


def main(arguments: list[str]) -> int:
    """Parse the command line and evaluate. Returns the exit status."""
    options = tyro.cli(
        tyro.conf.OmitArgPrefixes[EvaluateOptions], args=arguments, prog="python -m train evaluate"
    )
    keep_freed_memory()
    run = RunFolder(options.run)
    run_config = run.read_config()
    checkpoint = best_checkpoint(run.checkpoints)
    if options.data:
        data, label_format = options.data, options.label_format
    else:
        data, label_format = run_config.data or run.phantom, run_config.label_format
    labelled = read_data_set(data, label_format)
    print_left_out(labelled.faults)
    rows = _rows(labelled, checkpoint, options.part)
    if label_format.skip_bad and labelled.pack is None:
        rows = _readable(rows, max(options.num_workers, 1))
    boxes = None if options.boxes is None else _boxes(options.boxes, checkpoint, rows)
    pictures = _pictures(run_config, labelled, rows, options)
    predictions = _predictions(checkpoint, rows, pictures, options)
    evaluation = evaluate_predictions(
        predictions.ages,
        rows["bone_age_months"].to_numpy(),
        _is_male(rows),
        training_months=checkpoint.data_facts.training_months(),
        primary_rule=checkpoint.primary_rule,
    )
    title = f"{options.part} rows: {len(rows)} radiographs, labels {labelled.label_hash[:12]}"
    console.print(summary_table(evaluation, title))
    if evaluation.rules:
        console.print(rules_table(evaluation))
    console.print(subgroups_table(evaluation))
    figures = evaluation.to_json()
    if boxes is not None:
        coverage = _coverage(boxes, rows, predictions)
        console.print(window_coverage_table(**coverage))
        figures["window_coverage"] = {name: of.to_json() for name, of in coverage.items()}
    folder = run.evaluation(options.part)
    _write(folder, figures, checkpoint, labelled, rows, predictions)
    console.print(f"metrics.json, predictions.csv and predictions.png are in {folder}")
    return 0


def _rows(labelled: LabelledRadiographs, checkpoint: Checkpoint, part: Part) -> pd.DataFrame:
    if part == "all":
        return labelled.table
    if labelled.label_hash != checkpoint.data_facts.label_hash:
        raise UserError(
            f"these are not the labels that {checkpoint.path.parent.parent} was trained on, so it "
            f"has no {part} rows here; use --part all"
        )
    split = split_rows(labelled.table, checkpoint.config.split, checkpoint.config.seed)
    rows = getattr(split, part)
    is_unreadable = rows["id"].isin(checkpoint.data_facts.unreadable_ids)
    print_left_out(
        f"id {number} could not be read by `fit`" for number in rows["id"][is_unreadable]
    )
    return rows[~is_unreadable].reset_index(drop=True)


def _readable(rows: pd.DataFrame, num_threads: int) -> pd.DataFrame:
    with progress_bar("looking for unreadable pictures", len(rows)) as advance:
        unreadable = unreadable_pictures(rows, num_threads=num_threads, on_picture=advance)
    print_left_out(unreadable.values())
    if len(unreadable) == len(rows):
        raise UserError(f"no picture of the {len(rows)} rows can be read")
    return rows[~rows["id"].isin(list(unreadable))].reset_index(drop=True)


def _is_male(rows: pd.DataFrame) -> np.ndarray | None:
    return rows["is_male"].to_numpy() if "is_male" in rows else None


def _boxes(folder: Path, checkpoint: Checkpoint, rows: pd.DataFrame) -> dict[str, RegionBoxes]:
    """The boxes that belong to the rows, in their order."""
    if not checkpoint.config.network.attention:
        raise UserError("--boxes judges windows, and this run has none; train with --attention")
    boxes = read_region_boxes(folder)
    names = rows["id"].astype(str)
    found = {name: boxes[name] for name in names if name in boxes}
    if not found:
        raise UserError(
            f"{folder}: none of its {len(boxes)} radiographs is among the {len(rows)} rows to "
            "judge; choose another --part"
        )
    if "path" in rows:  # a pack has forgotten the shapes of the files that it was made of
        for name, path in zip(names, rows["path"], strict=True):
            if name in found:
                found[name].require_fit(decode(path), path)
    return found


def _pictures(
    config: RunConfig, labelled: LabelledRadiographs, rows: pd.DataFrame, options: EvaluateOptions
) -> PicturePack | None:
    """The letterboxed pictures of the rows; None where files are to be decoded."""
    is_drawn = config.data is None and options.data is None
    if is_drawn or not (config.cache and options.cache):
        return labelled.pack
    return decoded_pictures(
        replace(labelled, table=rows),
        config.preprocessor,
        options.cache_dir or config.cache_dir,
        within=labelled,
        num_threads=max(options.num_workers, 1),
    )


def _predictions(
    checkpoint: Checkpoint, rows: pd.DataFrame, pack: PicturePack | None, options: EvaluateOptions
) -> Predictions:
    device = resolve_device(options.device)
    dataset = RadiographDataset(rows, checkpoint.config.preprocessor, pack=pack)
    order = FixedOrder(len(dataset), options.batch_size)
    with progress_bar("evaluating, radiographs", len(dataset)) as advance:
        return predict(
            checkpoint.network(device),
            checkpoint.head(device),
            make_loader(dataset, order, options.num_workers),
            device,
            advance,
        )


def _coverage(
    boxes: dict[str, RegionBoxes], rows: pd.DataFrame, predictions: Predictions
) -> dict[str, WindowCoverage]:
    """Of the windows and of the grid that they started from."""
    assert predictions.theta is not None
    windows = predictions.theta[rows["id"].astype(str).isin(list(boxes)).to_numpy()]
    grid = np.broadcast_to(grid_windows(windows.shape[1]).numpy(), windows.shape)
    corners = [of_one.corners for of_one in boxes.values()]
    regions = [of_one.regions for of_one in boxes.values()]
    return {
        "windows": window_coverage(windows, corners, regions),
        "grid": window_coverage(grid, corners, regions),
    }


def _write(
    folder: Path,
    figures: dict[str, Any],
    checkpoint: Checkpoint,
    labelled: LabelledRadiographs,
    rows: pd.DataFrame,
    predictions: Predictions,
) -> None:
    folder.mkdir(exist_ok=True)
    predicted, probabilities = predictions.ages.months, predictions.ages.probabilities
    table = rows.drop(columns="path", errors="ignore")
    table["predicted_months"] = predicted.round(3)
    table["predicted_years"] = (predicted / MONTHS_PER_CLASS).round(3)
    table["predicted_class"] = predictions.ages.classes
    if probabilities is not None:
        for k, column in enumerate(probabilities.T):
            table[f"probability_{k}"] = column.round(6)
    write_atomically(folder / "predictions.csv", lambda path: table.to_csv(path, index=False))
    write_json(
        folder / "metrics.json",
        {
            "checkpoint": checkpoint.path.name,
            "label_hash": labelled.label_hash,
            **figures,
        },
    )
    plot_predictions(
        rows["bone_age_months"].to_numpy(),
        predicted,
        _is_male(rows),
        folder / "predictions.png",
    )
