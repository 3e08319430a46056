from __future__ import annotations

import pytest

from train.data.formats.dicom_tags import FilmTags, read_tags

pydicom = pytest.importorskip("pydicom", reason="needs the extra `dicom`")


def tags(**values: object) -> FilmTags:
    dataset = pydicom.Dataset()
    for name, value in values.items():
        setattr(dataset, name, value)
    return read_tags(dataset)


def test_a_file_that_says_nothing() -> None:
    assert tags() == FilmTags(is_right_hand=None, is_male=None, age_years=None)
    assert tags(Laterality="", PatientSex="", PatientAge="") == FilmTags()


@pytest.mark.parametrize(
    ("image", "series", "is_right"),
    [("R", None, True), ("L", None, False), (None, "R", True), ("L", "R", False), ("B", "R", None)],
)
def test_the_side_of_the_image_comes_before_that_of_the_series(image, series, is_right) -> None:
    given = {"ImageLaterality": image, "Laterality": series}
    found = tags(**{name: value for name, value in given.items() if value})
    assert found.is_right_hand is is_right


@pytest.mark.parametrize(("sex", "is_male"), [("M", True), ("F", False), ("O", None)])
def test_sex(sex: str, is_male: bool | None) -> None:
    assert tags(PatientSex=sex).is_male is is_male


@pytest.mark.parametrize(
    ("age", "years"), [("009Y", 9), ("018M", 1.5), ("026W", 0.5), ("073D", 0.2)]
)
def test_age(age: str, years: float) -> None:
    assert tags(PatientAge=age).age_years == pytest.approx(years, rel=0.01)


@pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom's
def test_what_is_not_understood_says_nothing() -> None:
    assert tags(PatientAge="9", Laterality="LEFT", PatientSex="W") == FilmTags()
    assert tags(Laterality=["L", "R"]) == FilmTags()
