"""`predict` takes side and sex from a DICOM file, says so, and lets `--sex` win."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.train.verbs.conftest import SMALL
from train.data.film.poses import Pose, posed
from train.data.phantom import draw_hand

dicom = pytest.importorskip("tests.train.data.formats.test_dicom", reason="needs pydicom")


@pytest.fixture
def read(data_set: Path, tmp_path: Path, run_verb, tiny_network):
    """Predict a film with these tags: the row of the table and what was said."""
    run = tmp_path / "run"
    assert run_verb("fit", "--data", data_set, "--out", run, *SMALL, "--epochs", 1)[0] == 0

    def read(picture: np.ndarray, *options: object, **tags: object) -> tuple[pd.Series, str]:
        film = dicom.dicom_file(tmp_path, picture, **tags)
        out = tmp_path / "ages.csv"
        status, _, error = run_verb("predict", run, film, "--out", out, *options)
        assert status == 0, error
        return pd.read_csv(out).iloc[0], error

    return read


def test_side_and_sex_come_from_the_file(read) -> None:
    left = draw_hand(120, True, 2, size=200)
    right = posed(left, Pose(is_mirrored=True))
    as_left, said = read(left, Laterality="L", PatientSex="F")
    assert said.endswith("a.dcm: sex female, as the file says\n")
    assert as_left["sex"] == "female"
    assert "bone_age_months_if_male" not in as_left
    as_right, said = read(right, ImageLaterality="R", PatientSex="F")
    assert "a right hand, as the file says; mirrored before it was read; sex female" in said
    assert as_right["bone_age_months"] == as_left["bone_age_months"]
    upside_down, said = read(posed(right, Pose(quarter_turns=2)), Laterality="R", PatientSex="F")
    assert "looks upside down; righted before it was read; a right hand" in said
    assert upside_down["bone_age_months"] == as_left["bone_age_months"]

    given, said = read(left, "--sex", "male", Laterality="L", PatientSex="F")
    assert (said, given["sex"]) == ("", "male")
    unknown, said = read(left, "--sex", "unknown", PatientSex="F")
    assert (said, unknown["sex"]) == ("", "unknown")
    assert unknown["bone_age_months_if_female"] == as_left["bone_age_months"]
    assert unknown["bone_age_months_if_male"] == given["bone_age_months"]
    silent, said = read(left)
    assert (said, silent["sex"]) == ("", "unknown")
    assert silent["bone_age_months"] == unknown["bone_age_months"]


def test_a_left_hand_by_its_tag_is_never_mirrored(read) -> None:
    right = draw_hand(120, True, 2, size=200)[:, ::-1]
    _, said = read(right)
    assert "looks a right hand, or mirrored; righted" in said
    _, said = read(right, Laterality="L")
    assert said == ""


def test_whoever_is_older_than_bone_ages_is_noted(read) -> None:
    _, said = read(draw_hand(228, True, 2, size=200), PatientAge="045Y")
    assert "its patient is 45 years old, as the file says; bone ages end at 19" in said
