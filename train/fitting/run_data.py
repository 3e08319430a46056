"""What a run is trained on: rows, their pictures, and what is remembered of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from train.age_classes import MAX_MONTHS, age_values_months
from train.config import RunConfig
from train.data.labels import LabelledRadiographs, read_data_set
from train.data.pack import PicturePack
from train.data.phantom import write_phantom_dataset
from train.data.splits import Split, split_rows
from train.data.unreadable import unreadable_pictures
from train.decoded_pictures import decoded_pictures
from train.engine.checkpoints import Checkpoint, DataFacts
from train.engine.processes import from_first, is_first
from train.errors import UserError
from train.files import write_atomically
from train.run_folder import RunFolder
from train.terminal import console, print_left_out, progress_bar

EMBEDDED_VARIETY = 0.3
"""Of the drawn films: from films as various as real ones nothing is learned within minutes."""


@dataclass(frozen=True)
class RunData:
    """The rows of a run.

    Attributes:
        split: rows for training, validation and test.
        pictures: letterboxed; None where files are decoded at each look.
        facts: what checkpoints remember.
    """

    split: Split
    pictures: PicturePack | None
    facts: DataFacts


def read_run_data(run: RunFolder, config: RunConfig, checkpoint: Checkpoint | None) -> RunData:
    """Read labels and pictures, drawing them where the run has no data, and write the split down.

    Args:
        run: gets the split, and the drawn hands.
        config: of the run.
        checkpoint: where a run goes on; rows that it left out stay out.

    Raises:
        UserError: a label or picture is bad, without `--skip-bad`; or what is left is too little.
    """
    drawn = _drawn_phantom(run, config) if config.data is None and is_first() else None
    labelled = read_data_set(config.data or from_first(drawn), config.label_format)
    print_left_out(labelled.faults)
    if labelled.pack is not None and labelled.pack.texture is not None:
        console.print(f"{labelled.pack.texture} texture, taken as it is, without augmentation")
    pictures = _pictures(config, labelled)
    unreadable = _unreadable_ids(config, labelled, pictures, checkpoint)
    split = split_rows(labelled.table, config.split, config.seed).without(unreadable)
    require_a_batch(len(split.training), config)
    if is_first():
        _write_split(run, split)
    return RunData(split, pictures, _data_facts(config, labelled, split, unreadable))


def require_a_batch(num_rows: int, config: RunConfig) -> None:
    """Raise a UserError where training rows do not fill a batch: there would be no step."""
    batch_size = config.training.batch_size
    if num_rows < batch_size:
        raise UserError(
            f"{num_rows} training rows do not fill one batch of {batch_size}; lower --batch-size"
        )


def _drawn_phantom(run: RunFolder, config: RunConfig) -> Path:
    if run.phantom.exists():
        return run.phantom
    number = config.phantom.num_phantoms
    with progress_bar("drawing phantom hands", number) as advance:
        return write_phantom_dataset(
            run.phantom,
            number,
            seed=config.seed,
            size=config.phantom.phantom_size,
            variety=EMBEDDED_VARIETY,
            progress=advance,
            num_workers=max(config.num_workers, 1),
        )


def _pictures(config: RunConfig, labelled: LabelledRadiographs) -> PicturePack | None:
    """The letterboxed pictures; None where files are to be decoded at each look."""
    if not config.cache or config.data is None:
        return labelled.pack
    return decoded_pictures(
        labelled,
        config.preprocessor,
        config.cache_dir,
        skip_bad=config.label_format.skip_bad,
        num_threads=max(config.num_workers, 1),
    )


def _unreadable_ids(
    config: RunConfig,
    labelled: LabelledRadiographs,
    pack: PicturePack | None,
    checkpoint: Checkpoint | None,
) -> list[int | str]:
    """Rows that are left out: the labels alone decide the split, so that it is found again.

    Raises:
        UserError: there are some without `--skip-bad`, or others than when the run began.
    """
    faults = from_first(_unreadable(config, labelled, pack) if is_first() else None)
    known = list(faults) if config.label_format.skip_bad else []
    if checkpoint is not None:
        known = checkpoint.data_facts.unreadable_ids
    for number, fault in faults.items():
        if number not in known:
            raise UserError(fault)
    print_left_out(faults.get(n, f"id {n} could not be read when the run began") for n in known)
    return known


def _unreadable(
    config: RunConfig, labelled: LabelledRadiographs, pack: PicturePack | None
) -> dict[int | str, str]:
    """Why pictures cannot be read. Without a pack, `--skip-bad` alone asks to read them all."""
    if labelled.pack is not None or (pack is None and not config.label_format.skip_bad):
        return {}
    if pack is not None:
        lacking = [number not in pack for number in labelled.table["id"]]
        return unreadable_pictures(labelled.table[lacking])
    with progress_bar("looking for unreadable pictures", len(labelled.table)) as advance:
        return unreadable_pictures(
            labelled.table, num_threads=max(config.num_workers, 1), on_picture=advance
        )


def _write_split(run: RunFolder, split: Split) -> None:
    def write(path: Path) -> None:
        with path.open("w") as file:
            file.write("id,part\n")
            for part in ("training", "validation", "test"):
                file.writelines(f"{number},{part}\n" for number in getattr(split, part)["id"])

    write_atomically(run.split_file, write)


def _data_facts(
    config: RunConfig, labelled: LabelledRadiographs, split: Split, unreadable: list[int | str]
) -> DataFacts:
    months = np.rint(split.training["bone_age_months"].to_numpy()).astype(np.int64)
    values: Any = age_values_months(config.training.expectation_rule, months)
    return DataFacts(
        label_hash=labelled.label_hash,
        age_values_months=values.tolist(),
        training_age_counts=np.bincount(months, minlength=MAX_MONTHS + 1).tolist(),
        unreadable_ids=unreadable,
    )
