"""What a DICOM file says of its film beside the picture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pydicom import Dataset

_YEARS = {"D": 1 / 365.25, "W": 7 / 365.25, "M": 1 / 12, "Y": 1.0}


class FilmTags(NamedTuple):
    """None where the file does not say, or says neither of the two; nothing that names a person.

    Attributes:
        is_right_hand: Image Laterality, or else Laterality.
        is_male: Patient's Sex.
        age_years: Patient's Age, as lived.
    """

    is_right_hand: bool | None = None
    is_male: bool | None = None
    age_years: float | None = None


def read_tags(dataset: Dataset) -> FilmTags:
    """Read the coded tags. Descriptions are free text of any language, and are not looked at."""
    side = _code(dataset, "ImageLaterality") or _code(dataset, "Laterality")
    return FilmTags(
        is_right_hand={"R": True, "L": False}.get(side),
        is_male={"M": True, "F": False}.get(_code(dataset, "PatientSex")),
        age_years=_years(_code(dataset, "PatientAge")),
    )


def _code(dataset: Dataset, name: str) -> str:
    return str(dataset.get(name) or "").strip().upper()


def _years(age: str) -> float | None:
    """`009Y`, `018M`, `003W` or `012D`."""
    found = re.fullmatch(r"(\d{1,3})([DWMY])", age)
    return int(found[1]) * _YEARS[found[2]] if found else None
