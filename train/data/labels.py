"""A data set: labels and the picture of each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from train.data.class_folders import read_class_folders
from train.data.label_format import LabelFormat, find_label_file
from train.data.label_rows import Fault, read_label_rows
from train.data.pack import PicturePack, is_pack, open_pack
from train.data.pack.labels import read_pack_labels
from train.data.pictures import assign_pictures, index_pictures
from train.data.shards import find_tars, read_shards
from train.errors import UserError


@dataclass(frozen=True)
class LabelledRadiographs:
    """A data set: one row a radiograph, in ascending order of id.

    Attributes:
        table: columns `id` (int64, or str where one is no number), `bone_age_months` (int64, or
            float64 where one is fractional; 1..228), `is_male` (bool; absent where the data set
            has no sexes) and, unless the pictures are packed, `path` (`PictureFile`).
        label_hash: SHA-256 over the lines `id,months,male01`, so that two copies of a label file
            that say the same have the same hash, whatever their order or spelling.
        pack: the pictures, where they are packed.
        faults: why rows were left out, where that was asked for.
    """

    table: pd.DataFrame
    label_hash: str
    pack: PicturePack | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Inspection:
    """A data set as far as it can be read.

    Attributes:
        source: the label file, the folder of class folders, or where the tar files are.
        table: of `LabelledRadiographs`, and `line` where there is a label file; good rows alone.
        faults: everything that is wrong with the others.
    """

    source: Path
    table: pd.DataFrame
    faults: list[Fault]


def read_data_set(folder: Path, label_format: LabelFormat | None = None) -> LabelledRadiographs:
    """Read the RSNA sets, any CSV file with pictures, class folders, tar files, a pack.

    Args:
        folder: holds a label file and, at any depth, the pictures `<id>.png` (or another format);
            or class folders (`read_class_folders`); or tar files, one of them or a pattern of their
            names (`train.data.shards`); or a pack (`train.data.pack`).
        label_format: names of files and columns that are not recognised.

    Raises:
        UserError: a file is missing or damaged, or a row is wrong; names the file and the row.
    """
    label_format = label_format or LabelFormat()
    if is_pack(folder):
        return _read_pack(folder, label_format)
    inspection = inspect_data_set(folder, label_format)
    if inspection.faults and (inspection.table.empty or not label_format.skip_bad):
        raise UserError(_first_of(inspection))
    table = inspection.table.drop(columns="line", errors="ignore")
    return LabelledRadiographs(table, label_hash(table), faults=tuple(inspection.faults))


def inspect_data_set(folder: Path, label_format: LabelFormat) -> Inspection:
    """Read what can be read of a data set, and collect what is wrong with the rest.

    Raises:
        UserError: nothing can be read: no folder, no labels, no pictures; or it is a pack.
    """
    tars = find_tars(folder)
    if tars:
        _refuse_columns(folder, replace(label_format, age_unit=None))
        return Inspection(folder, *read_shards(tars, label_format, folder))
    if not folder.is_dir():
        raise UserError(
            f"{folder}: no such folder. Give --data the folder of a data set, or its tar files."
        )
    if is_pack(folder):
        raise UserError(f"{folder}: a pack; check the data set that it was made of")
    label_file = find_label_file(folder, label_format)
    if label_file is None:
        table = read_class_folders(folder)
        if table is None:
            raise UserError(
                f"{folder}: found no label file (CSV with id, bone age and sex) and no folders of "
                "the age classes 0, 1, .., 18"
            )
        return Inspection(folder, table, [])
    rows = read_label_rows(label_file, label_format)
    pictures = index_pictures(folder / (label_format.picture_folder or ""))
    table, faults = assign_pictures(rows.table, pictures)
    return Inspection(label_file, table, rows.faults + faults)


def label_hash(table: pd.DataFrame) -> str:
    """SHA-256 (hexadecimal) of the canonical lines of a label table, ascending by id."""
    rows = table.sort_values("id")
    sexes = rows["is_male"].astype(int) if "is_male" in rows else ["-"] * len(rows)
    lines = [
        f"{number},{months:g},{sex}\n"
        for number, months, sex in zip(rows["id"], rows["bone_age_months"], sexes, strict=True)
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _read_pack(folder: Path, label_format: LabelFormat) -> LabelledRadiographs:
    _refuse_columns(folder, label_format)
    pack = open_pack(folder)
    table = read_pack_labels(folder)
    return LabelledRadiographs(table, label_hash(table), pack)


def _refuse_columns(source: Path, label_format: LabelFormat) -> None:
    if replace(label_format, skip_bad=False) != LabelFormat():
        raise UserError(
            f"{source}: its labels are in a form of their own; leave out the options that say "
            "where labels and pictures are"
        )


def _first_of(inspection: Inspection) -> str:
    first, *others = inspection.faults
    where = f"{inspection.source}, line {first.line}: " if first.line else f"{inspection.source}: "
    rest = (
        f" ({len(others)} more faults; `python -m train data check` lists them all)"
        if others
        else ""
    )
    return f"{where}{first.text}{rest}"
