"""Where the labels of a data set are, and which column says what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from train.errors import UserError
from train.optional import OptionalPath, OptionalText, OptionalUnit

AgeUnit = Literal["months", "years"]

# As published and as re-saved, in the order in which they are looked for; see `_plain`.
LABEL_FILES = (
    *("boneage training dataset", "train", "training"),
    *("validation dataset", "boneage validation dataset", "boneage val dataset"),
    *("validation", "validate", "val"),
    *("bone age ground truth", "boneage test dataset", "test"),
)
_KAGGLE_PREFIX = "datasets 10832 15122 "

_ID_COLUMNS = ("id", "image id", "case id", "imageid", "patient id", "file", "filename")
_AGE_COLUMNS = ("boneage", "bone age", "ground truth bone age")
_SEX_COLUMNS = ("male", "is male", "sex", "gender")
_UNIT = re.compile(r"[ (]+(months|years)\)?$")


@dataclass(frozen=True, kw_only=True)
class LabelFormat:
    """How to read the labels; what is left out is recognised, as the RSNA files are."""

    label_file: OptionalPath = None
    """CSV file inside the data folder; default: the one with an RSNA name, or the only one."""
    picture_folder: OptionalPath = None
    """Folder of pictures inside the data folder; default: wherever in it."""
    id_column: OptionalText = None
    """Column with the pictures' names, with or without suffix."""
    age_column: OptionalText = None
    """Column with the bone ages."""
    age_unit: OptionalUnit = None
    """Unit of the ages; default: what the column's name ends in, else months."""
    sex_column: OptionalText = None
    """Column with the sex; `none` where the data set has none."""
    skip_bad: bool = False
    """Leave out rows without a good label or a picture that can be read, instead of stopping."""


@dataclass(frozen=True)
class Columns:
    """The columns of a label file, by the names in its header; `sex` is None without one."""

    id: str
    age: str
    sex: str | None
    age_unit: AgeUnit
    age_unit_is_stated: bool


def find_label_file(folder: Path, label_format: LabelFormat) -> Path | None:
    """The label file of a data folder; None where it has no CSV file at all.

    Raises:
        UserError: the file that was named is missing, or it is not clear which one is meant.
    """
    if label_format.label_file is not None:
        named = folder / label_format.label_file
        if not named.is_file():
            raise UserError(f"{named}: no such label file")
        return named
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv")
    by_name = {_plain(path.stem).removeprefix(_KAGGLE_PREFIX): path for path in files}
    for name in LABEL_FILES:
        if name in by_name:
            return by_name[name]
    if len(files) > 1:
        names = ", ".join(path.name for path in files)
        raise UserError(f"{folder}: several label files ({names}); name one with --label-file")
    if not files:
        _refuse_spreadsheet(folder)
    return files[0] if files else None


def recognise_columns(header: list[str], label_format: LabelFormat, label_file: Path) -> Columns:
    """Which column holds what.

    Raises:
        UserError: a column is missing, or its meaning is not clear.
    """
    age = _column(header, label_format.age_column, _AGE_COLUMNS, "age", label_file)
    stated = _UNIT.search(_plain(age))
    unit: AgeUnit = label_format.age_unit or (stated[1] if stated else "months")  # type: ignore[assignment]
    return Columns(
        id=_column(header, label_format.id_column, _ID_COLUMNS, "id", label_file),
        age=age,
        sex=None
        if label_format.sex_column == "none"
        else _column(header, label_format.sex_column, _SEX_COLUMNS, "sex", label_file),
        age_unit=unit,
        age_unit_is_stated=label_format.age_unit is not None,
    )


def _column(
    header: list[str], named: str | None, usual: tuple[str, ...], what: str, label_file: Path
) -> str:
    wanted = (named,) if named is not None else usual
    names = {_plain(name) for name in wanted}
    found = [name for name in header if {_plain(name), _UNIT.sub("", _plain(name))} & names]
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(
            f"{label_file}: the columns {' and '.join(found)} both look like the {what}; "
            f"name one with --{what}-column"
        )
    missing = f"no column {named!r}" if named is not None else f"no column for the {what}"
    without = ", or --sex-column none for data without it" if what == "sex" else ""
    raise UserError(
        f"{label_file}: {missing}; found {', '.join(header) or 'none'}. "
        f"Name it with --{what}-column{without}"
    )


def _plain(name: str) -> str:
    """Lower case, words divided by one space: how names of columns and files are compared."""
    return " ".join(re.split(r"[\s_+-]+", name.strip().lower()))


def _refuse_spreadsheet(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in (".xlsx", ".xls", ".ods"):
            raise UserError(f"{path}: a spreadsheet; open it and save it as CSV beside it")
