"""Read the label file of a data set and find its pictures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from train.age_classes import MAX_MONTHS, MIN_MONTHS
from train.data.decode import PICTURE_SUFFIXES
from train.data.pack import PicturePack, is_pack, open_pack
from train.errors import UserError

LABEL_FILES = ("boneage-training-dataset.csv", "train.csv")
PICTURE_FOLDERS = (
    "images",
    "boneage-training-dataset/boneage-training-dataset",
    "boneage-training-dataset",
)
COLUMNS = ("id", "boneage", "male")
_SEXES = {"true": True, "false": False}


@dataclass(frozen=True)
class LabelledRadiographs:
    """A data set: one row a radiograph, in ascending order of id.

    Attributes:
        table: columns `id` (int64), `bone_age_months` (int64, 1..228), `is_male` (bool) and, where
            the pictures are files, `path` (str).
        label_hash: SHA-256 over the lines `id,months,male01`, so that two copies of a label file
            that say the same have the same hash, whatever their order or spelling.
        pack: the pictures, where they are packed.
    """

    table: pd.DataFrame
    label_hash: str
    pack: PicturePack | None = None


def read_data_set(folder: Path) -> LabelledRadiographs:
    """Read a folder laid out like the RSNA training set, or a pack of one.

    Args:
        folder: holds `boneage-training-dataset.csv` (or `train.csv`) with the columns
            `id,boneage,male`, and the pictures `<id>.png` (or WebP, JPEG, TIFF) in `images/` or
            `boneage-training-dataset/`, or packed (`train.data.pack`).

    Raises:
        UserError: a file is missing or damaged, or a row is wrong; names the file and the row.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder. Give --data the folder of a data set.")
    pack = open_pack(folder) if is_pack(folder) else None
    label_file = _first_existing(folder, LABEL_FILES, "label file")
    if pack is not None:
        table = read_labels(label_file)
        _refuse_missing_pictures(table, set(pack.ids), label_file)
        return LabelledRadiographs(table=table, label_hash=label_hash(table), pack=pack)
    pictures = index_pictures(_first_existing(folder, PICTURE_FOLDERS, "folder of pictures"))
    table = read_labels(label_file)
    table["path"] = _picture_of_each_row(table, pictures, label_file)
    return LabelledRadiographs(table=table, label_hash=label_hash(table))


def read_labels(label_file: Path) -> pd.DataFrame:
    """Read `id,boneage,male` as it is published.

    Returns:
        Columns `id`, `bone_age_months`, `is_male`, ascending by id as an integer.

    Raises:
        UserError: wrong columns, an id that is no integer or doubled, an age that is no whole
            number of months in 1..228, a sex other than True or False. Names file and row.
    """
    try:
        raw = pd.read_csv(label_file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise UserError(f"{label_file}: not a readable CSV file: {error}") from error
    raw.columns = [name.strip().lower() for name in raw.columns]
    if sorted(raw.columns) != sorted(COLUMNS):
        raise UserError(
            f"{label_file}: expected the columns {', '.join(COLUMNS)}; "
            f"found {', '.join(raw.columns) or 'none'}"
        )
    if raw.empty:
        raise UserError(f"{label_file}: has a header but no rows")
    table = pd.DataFrame(
        {
            "id": _whole_numbers(raw["id"], label_file, "id"),
            "bone_age_months": _whole_numbers(raw["boneage"], label_file, "boneage (months)"),
            "is_male": _sexes(raw["male"], label_file),
        }
    )
    _refuse_ages_outside_range(table, label_file)
    _refuse_doubled_ids(table, label_file)
    return table.sort_values("id", ignore_index=True)


def index_pictures(folder: Path) -> dict[str, Path]:
    """Map the name without suffix of each picture in `folder` to its path.

    Raises:
        UserError: two pictures have the same name and differ in suffix alone.
    """
    pictures: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in PICTURE_SUFFIXES:
            continue
        other = pictures.setdefault(path.stem, path)
        if other != path:
            raise UserError(f"{path}: {other.name} is a second picture of the same id; keep one")
    return pictures


def label_hash(table: pd.DataFrame) -> str:
    """SHA-256 (hexadecimal) of the canonical lines of a label table, ascending by id."""
    rows = table.sort_values("id")
    lines = [
        f"{row.id},{row.bone_age_months},{int(row.is_male)}\n" for row in rows.itertuples(False)
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _first_existing(folder: Path, names: tuple[str, ...], what: str) -> Path:
    for name in names:
        if (folder / name).exists() and ((folder / name).is_file() == name.endswith(".csv")):
            return folder / name
    raise UserError(f"{folder}: found no {what}; looked for {', '.join(names)}")


def _line(row: int) -> str:
    return f"line {row + 2}"  # the header is line 1


def _whole_numbers(texts: pd.Series, label_file: Path, what: str) -> np.ndarray:
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    wrong = ~np.isfinite(numbers) | (numbers != np.floor(numbers))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise UserError(
            f"{label_file}, {_line(row)}: {what} must be a whole number, got {texts.iloc[row]!r}"
        )
    return numbers.astype(np.int64)


def _sexes(texts: pd.Series, label_file: Path) -> np.ndarray:
    sexes = texts.str.strip().str.lower().map(_SEXES)
    if sexes.isna().any():
        row = int(np.argmax(sexes.isna().to_numpy()))
        raise UserError(
            f"{label_file}, {_line(row)}: male must be True or False, got {texts.iloc[row]!r}"
        )
    return sexes.to_numpy(dtype=bool)


def _refuse_ages_outside_range(table: pd.DataFrame, label_file: Path) -> None:
    outside = ~table["bone_age_months"].between(MIN_MONTHS, MAX_MONTHS).to_numpy()
    if outside.any():
        row = int(np.argmax(outside))
        raise UserError(
            f"{label_file}, {_line(row)}: bone age {table['bone_age_months'].iloc[row]} of id "
            f"{table['id'].iloc[row]} is outside {MIN_MONTHS}..{MAX_MONTHS} months"
        )


def _refuse_doubled_ids(table: pd.DataFrame, label_file: Path) -> None:
    doubled = table["id"].duplicated().to_numpy()
    if doubled.any():
        row = int(np.argmax(doubled))
        number = table["id"].iloc[row]
        first = int(np.argmax((table["id"] == number).to_numpy()))
        raise UserError(
            f"{label_file}, {_line(row)}: id {number} is already in {_line(first)}; keep one"
        )


def _picture_of_each_row(
    table: pd.DataFrame, pictures: dict[str, Path], label_file: Path
) -> list[str]:
    _refuse_missing_pictures(table, {n for n in table["id"] if str(n) in pictures}, label_file)
    return [str(pictures[str(number)]) for number in table["id"]]


def _refuse_missing_pictures(table: pd.DataFrame, there: set[int], label_file: Path) -> None:
    missing = [number for number in table["id"] if number not in there]
    if missing:
        raise UserError(
            f"{label_file}: id {missing[0]} has no picture "
            f"({len(missing)} of {len(table)} rows lack one). Add the pictures or remove the rows."
        )
