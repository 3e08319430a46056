"""From the cells of a label file to rows, and everything that is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from train.age_classes import MAX_MONTHS, MIN_MONTHS, MONTHS_PER_CLASS
from train.data.formats.signatures import SUFFIXES
from train.data.label_format import Columns, LabelFormat, recognise_columns
from train.errors import UserError

ROWS_THAT_TELL_UNITS = 10
"""Fewer rows may well be all infants."""
LARGEST_AGE_IN_YEARS = MAX_MONTHS / MONTHS_PER_CLASS

_WORDS = {
    **dict.fromkeys(("male", "m", "boy", "true"), True),
    **dict.fromkeys(("female", "f", "girl", "false"), False),
}
_NUMBERS = {"1": True, "0": False}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a data set, and with which line of the label file, if one."""

    line: int | None
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


@dataclass(frozen=True)
class LabelRows:
    """What a label file says.

    Attributes:
        table: one row a faultless line: `id` (int64, or str where one is no number), `line` (int64,
            the header is line 1), `bone_age_months` (int64, or float64 where one is fractional)
            and, unless the data set has no sexes, `is_male` (bool).
        faults: what keeps the other lines out.
    """

    table: pd.DataFrame
    faults: list[Fault]


def read_label_rows(label_file: Path, label_format: LabelFormat) -> LabelRows:
    """Read a CSV file and judge each line of it.

    Raises:
        UserError: it is no CSV file, a column is missing, or the ages are in another unit.
    """
    raw = _read_csv(label_file)
    columns = recognise_columns(list(raw.columns), label_format, label_file)
    return judge_rows(raw, columns, label_file)


def judge_rows(raw: pd.DataFrame, columns: Columns, source: Path) -> LabelRows:
    """Judge rows of text, whose index is what `line` is to be.

    Raises:
        UserError: the ages are in another unit.
    """
    months = _months(raw[columns.age], columns, source)
    ids = raw[columns.id].map(_without_suffix)
    cells = pd.DataFrame({"id": ids, "line": raw.index, "bone_age_months": months})
    cells, raw = cells.reset_index(drop=True), raw.reset_index(drop=True)
    faults = _id_faults(cells) + _age_faults(cells, raw[columns.age], columns)
    if columns.sex is not None:
        sexes = raw[columns.sex].str.strip().str.lower().map(_meanings(columns.sex))
        faults += _sex_faults(cells, raw[columns.sex], sexes, columns.sex)
        cells["is_male"] = sexes
    wrong = {fault.line for fault in faults}
    table = cells[~cells["line"].isin(wrong)].reset_index(drop=True)
    return LabelRows(typed_rows(table), sorted(faults, key=lambda fault: fault.line or 0))


def typed_rows(table: pd.DataFrame) -> pd.DataFrame:
    """The rows ascending by id, with the types of `LabelRows.table`; the ids come as text."""
    if table["id"].str.fullmatch(r"\d{1,18}").all():  # what int64 holds
        table["id"] = table["id"].astype(np.int64)
    months = table["bone_age_months"]
    if (months == np.rint(months)).all():
        table["bone_age_months"] = months.astype(np.int64)
    if "is_male" in table:
        table["is_male"] = table["is_male"].astype(bool)
    return table.sort_values("id", ignore_index=True)


def _read_csv(label_file: Path) -> pd.DataFrame:
    try:
        raw = pd.read_csv(
            label_file,
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
            skipinitialspace=True,
            skip_blank_lines=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise UserError(f"{label_file}: not a readable CSV file: {error}") from error
    raw.columns = [name.strip() for name in raw.columns]
    raw.index += 2  # the header is line 1
    raw = raw[(raw != "").any(axis=1)]  # blank lines count, but say nothing
    if raw.empty:
        raise UserError(f"{label_file}: has a header but no rows")
    return raw


def _without_suffix(text: str) -> str:
    """`0017.png` and `17.0`, as tables turned to floats have it, are the pictures `0017`, `17`."""
    text = text.strip()
    for suffix in SUFFIXES:
        if text.lower().endswith(suffix):
            return text[: -len(suffix)]
    return text.removesuffix(".0")


def _months(texts: pd.Series, columns: Columns, label_file: Path) -> np.ndarray:
    ages = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    known = ages[np.isfinite(ages)]
    many = len(known) >= ROWS_THAT_TELL_UNITS
    look_like_years = many and known.max() <= LARGEST_AGE_IN_YEARS
    if columns.age_unit == "months" and look_like_years and not columns.age_unit_is_stated:
        raise UserError(
            f"{label_file}: the largest {columns.age} is {known.max():g}, so these look like "
            "years; say --age-unit years, or --age-unit months if they are infants"
        )
    if columns.age_unit == "years" and many and np.median(known) > LARGEST_AGE_IN_YEARS:
        raise UserError(
            f"{label_file}: half of the ages in {columns.age} are above {np.median(known):g}, so "
            "these look like months; say --age-unit months"
        )
    # Months in years are rarely written with all their digits: 6.92 years are 83 months.
    return np.round(ages * MONTHS_PER_CLASS, 1) if columns.age_unit == "years" else ages


def _id_faults(cells: pd.DataFrame) -> list[Fault]:
    empty = cells["id"] == ""
    faults = [Fault(line, "the id is missing") for line in cells["line"][empty]]
    first_line: dict[str, int] = {}
    for number, line in cells.loc[~empty, ["id", "line"]].itertuples(index=False):
        first = first_line.setdefault(number, line)
        if first != line:
            faults.append(Fault(line, f"id {number} is already in line {first}; keep one"))
    return faults


def _age_faults(cells: pd.DataFrame, texts: pd.Series, columns: Columns) -> list[Fault]:
    faults = []
    for row in np.flatnonzero(~cells["bone_age_months"].between(MIN_MONTHS, MAX_MONTHS).to_numpy()):
        number, line, months = cells.loc[row, ["id", "line", "bone_age_months"]]
        text = texts.iloc[row].strip()
        if text.lower() in ("", "nan", "na", "n/a", "none", "null", "-"):
            what = f"the bone age of id {number} is missing"
        elif not np.isfinite(months):
            what = f"{columns.age} of id {number} must be a number, got {text!r}"
        else:
            what = (
                f"bone age {text} {columns.age_unit} of id {number} is outside "
                f"{MIN_MONTHS}..{MAX_MONTHS} months"
            )
        faults.append(Fault(int(line), what))
    return faults


def _sex_faults(
    cells: pd.DataFrame, texts: pd.Series, sexes: pd.Series, column: str
) -> list[Fault]:
    expected = "True or False" if _holds_numbers(column) else "M or F"
    return [
        Fault(int(cells["line"].iloc[row]), f"{column} must be {expected}, got {texts.iloc[row]!r}")
        for row in np.flatnonzero(sexes.isna().to_numpy())
    ]


def _meanings(column: str) -> dict[str, bool]:
    """What 1 means is clear in a column named male, not in one named sex."""
    return _WORDS | _NUMBERS if _holds_numbers(column) else _WORDS


def _holds_numbers(column: str) -> bool:
    return column.strip().lower().replace("_", " ") in ("male", "is male")
