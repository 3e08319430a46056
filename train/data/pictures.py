"""Find the picture of each row of a label table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from train.data.formats.signatures import SUFFIXES, is_picture_file
from train.data.label_rows import Fault
from train.errors import UserError

MAX_DEPTH = 4
"""Folders below the data folder; archives unpack to two or three, some of the same name."""


def index_pictures(folder: Path) -> dict[str, list[Path]]:
    """Map the name without suffix of each picture in `folder`, however deep, to its paths.

    Raises:
        UserError: there is no folder, or no picture in it.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder of pictures")
    pictures = defaultdict(list)
    for path in _picture_files(folder, MAX_DEPTH):
        pictures[path.stem if path.suffix.lower() in SUFFIXES else path.name].append(path)
    if not pictures:
        raise UserError(f"{folder}: found no pictures; expected <id>.png or another format")
    return dict(pictures)


def assign_pictures(
    table: pd.DataFrame, pictures: dict[str, list[Path]]
) -> tuple[pd.DataFrame, list[Fault]]:
    """Add the column `path` (Path) to the rows that have one picture; the others are faults.

    Args:
        table: has the columns `id` and `line`.
        pictures: of `index_pictures`.
    """
    if pd.api.types.is_integer_dtype(table["id"]):  # 0017.png is the picture of 17
        by_id = defaultdict(list)
        for name, paths in pictures.items():
            if name.isdecimal():
                by_id[int(name)] += paths
    else:
        by_id = pictures
    faults, found = [], []
    for number, line in zip(table["id"], table["line"], strict=True):
        paths = by_id.get(number, [])
        if len(paths) == 1:
            found.append(paths[0])
            continue
        found.append(None)
        faults.append(Fault(line, _why_not_one(number, paths)))
    table = table.assign(path=pd.Series(found, index=table.index, dtype=object))
    return table[table["path"].notna()].reset_index(drop=True), faults


def _why_not_one(number: object, paths: list[Path]) -> str:
    if not paths:
        return f"id {number} has no picture"
    return (
        f"id {number} has {len(paths)} pictures, {paths[0]} and {paths[1]}; keep one, or name "
        "--picture-folder"
    )


def _picture_files(folder: Path, depth: int) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if depth > 0 and not path.name.startswith("."):
                yield from _picture_files(path, depth - 1)
        elif is_picture_file(path):
            yield path
