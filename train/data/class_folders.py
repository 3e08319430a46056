"""A data set without a label file: one folder for each age class."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from train.age_classes import MONTHS_PER_CLASS, NUM_CLASSES, age_values_months
from train.data.pictures import index_pictures
from train.errors import UserError

_SEXES = {"male": True, "boys": True, "female": False, "girls": False}


def read_class_folders(folder: Path) -> pd.DataFrame | None:
    """Read `0/` .. `18/`, or `male/0/` .. and `female/0/` .., each full of pictures.

    Class k holds ages above 12 k up to 12 (k + 1) months; each picture is labelled with the middle,
    12 k + 6.5. The ids are the pictures' names where those are numbers, each once; else the rows
    are numbered in an order that does not follow the classes, because a split goes by id.

    Returns:
        The columns of `LabelledRadiographs.table`. None where the folder is not of this kind.

    Raises:
        UserError: a class that does not exist, or an empty folder.
    """
    parts = {_SEXES[path.name.lower()]: path for path in _folders(folder, set(_SEXES))}
    if parts:
        rows = [row for is_male, path in sorted(parts.items()) for row in _rows(path, is_male)]
    else:
        rows = _rows(folder, None)
    if not rows:
        return None
    table = pd.DataFrame(rows, columns=["bone_age_months", "is_male", "path"])
    table.insert(0, "id", _ids(table["path"], folder))
    table = table.sort_values("id", ignore_index=True)
    return table.astype({"is_male": bool}) if parts else table.drop(columns="is_male")


def _ids(paths: pd.Series, folder: Path) -> np.ndarray:
    names = paths.map(lambda path: path.stem)
    if names.str.fullmatch(r"\d+").all() and names.is_unique:
        return names.astype(np.int64).to_numpy()
    places = [path.relative_to(folder).as_posix() for path in paths]
    order = np.argsort([hashlib.sha256(place.encode()).hexdigest() for place in places])
    ids = np.empty(len(places), dtype=np.int64)
    ids[order] = np.arange(1, len(places) + 1)
    return ids


def _rows(folder: Path, is_male: bool | None) -> list[tuple[float, bool | None, Path]]:
    centres = age_values_months("centre")
    rows = []
    for path in sorted(_folders(folder, None), key=lambda path: int(path.name)):
        if int(path.name) >= NUM_CLASSES:
            raise UserError(
                f"{path}: there are the classes 0..{NUM_CLASSES - 1}; class k holds ages above "
                f"{MONTHS_PER_CLASS} k up to {MONTHS_PER_CLASS} (k + 1) months"
            )
        pictures = [file for files in index_pictures(path).values() for file in files]
        rows += [(float(centres[int(path.name)]), is_male, file) for file in sorted(pictures)]
    return rows


def _folders(folder: Path, names: set[str] | None) -> list[Path]:
    """Folders of these names in lower case, or, without names, those that are numbers."""
    return [
        path
        for path in folder.iterdir()
        if path.is_dir() and (path.name.lower() in names if names else path.name.isdecimal())
    ]
