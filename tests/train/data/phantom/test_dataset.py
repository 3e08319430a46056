import csv

import cv2
import numpy as np
import pytest

from train.data.phantom import FaultProbabilities, dataset, draw_hand, write_phantom_dataset
from train.data.phantom.dataset import phantom_case


def rows(folder):
    with (folder / "boneage-training-dataset.csv").open(newline="") as file:
        return list(csv.reader(file))


def test_layout_is_that_of_the_challenge(tmp_path):
    folder, counted = tmp_path / "deep" / "set", []
    assert write_phantom_dataset(folder, 6, seed=1, size=64, progress=counted.append) == folder
    header, *cases = rows(folder)
    assert header == ["id", "boneage", "male"]
    assert [case[0] for case in cases] == ["1", "2", "3", "4", "5", "6"]
    assert all(1 <= int(case[1]) <= 228 for case in cases)
    assert sorted(case[2] for case in cases) == ["False"] * 3 + ["True"] * 3
    assert sorted(p.name for p in (folder / "images").iterdir()) == [
        f"{k}.png" for k in range(1, 7)
    ]
    assert counted == [1] * 6
    assert [p.name for p in folder.parent.iterdir()] == ["set"]


def test_picture_is_drawn_at_its_label(tmp_path):
    folder = write_phantom_dataset(tmp_path / "set", 3, seed=4, size=80)
    for number in (1, 2, 3):
        case = phantom_case(4, number)
        picture = cv2.imread(str(folder / "images" / f"{number}.png"), cv2.IMREAD_UNCHANGED)
        drawn = draw_hand(case.bone_age_months, case.is_male, case.hand_seed, size=80)
        assert np.array_equal(picture, drawn)
        assert rows(folder)[number] == [str(number), str(case.bone_age_months), str(case.is_male)]


def test_picture_depends_on_seed_and_number_alone(tmp_path):
    short = write_phantom_dataset(tmp_path / "short", 2, seed=9, size=64)
    long = write_phantom_dataset(tmp_path / "long", 4, seed=9, size=64)
    other = write_phantom_dataset(tmp_path / "other", 2, seed=10, size=64)
    for name in ("1.png", "2.png"):
        bytes_of = [(folder / "images" / name).read_bytes() for folder in (short, long, other)]
        assert bytes_of[0] == bytes_of[1] != bytes_of[2]
    assert rows(short) == rows(long)[:3]


def test_faults_reach_the_files(tmp_path):
    inverted = FaultProbabilities(inverted_probability=1.0)
    usual = write_phantom_dataset(tmp_path / "usual", 2, seed=9, size=64)
    other = write_phantom_dataset(
        tmp_path / "other", 2, seed=9, size=64, fault_probabilities=inverted
    )
    for name in ("1.png", "2.png"):
        as_usual, as_asked = (
            cv2.imread(str(folder / "images" / name), cv2.IMREAD_UNCHANGED)
            for folder in (usual, other)
        )
        assert np.array_equal(as_asked, 255 - as_usual)


def test_ages_are_spread_and_sexes_balanced():
    cases = [phantom_case(0, number) for number in range(1, 1001)]
    for is_male in (False, True):
        months = [case.bone_age_months for case in cases if case.is_male is is_male]
        assert len(months) == 500
        assert min(months) <= 3
        assert max(months) >= 226
        counts = np.histogram(months, bins=19, range=(1, 229))[0]
        assert counts.min() >= 20
        assert counts.max() <= 33
    assert len({case.hand_seed for case in cases}) == 1000


def test_interrupted_run_leaves_nothing(tmp_path):
    counted = []

    def interrupt(number):
        counted.append(number)
        if len(counted) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_phantom_dataset(tmp_path / "set", 5, seed=0, size=64, progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_failure_to_draw_leaves_an_empty_folder_as_it_was(tmp_path, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("no film")

    (tmp_path / "set").mkdir()
    monkeypatch.setattr(dataset, "draw_hand", fail)
    with pytest.raises(RuntimeError, match="no film"):
        write_phantom_dataset(tmp_path / "set", 1, seed=0, size=64)
    assert [p.name for p in tmp_path.iterdir()] == ["set"]
    assert list((tmp_path / "set").iterdir()) == []


def test_empty_folder_is_used_and_full_one_refused(tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    write_phantom_dataset(folder, 1, seed=0, size=64)
    before = (folder / "images" / "1.png").read_bytes()
    with pytest.raises(FileExistsError, match=r"set exists and is not empty"):
        write_phantom_dataset(folder, 1, seed=1, size=64)
    assert (folder / "images" / "1.png").read_bytes() == before


def test_argument_errors(tmp_path):
    for arguments, name in (
        ({"num_radiographs": 0}, "num_radiographs"),
        ({"seed": -1}, "seed"),
        ({"size": 10}, "size"),
        ({"variety": 1.5}, "variety"),
        ({"num_workers": 0}, "num_workers"),
    ):
        values = {"num_radiographs": 1, "seed": 0, "size": 64, **arguments}
        with pytest.raises(ValueError, match=name):
            write_phantom_dataset(tmp_path / "set", **values)
    assert list(tmp_path.iterdir()) == []


def test_workers_write_the_same_files(tmp_path):
    alone = write_phantom_dataset(tmp_path / "alone", 3, seed=2, size=64)
    shared = write_phantom_dataset(tmp_path / "shared", 3, seed=2, size=64, num_workers=2)
    assert rows(alone) == rows(shared)
    for name in ("1.png", "2.png", "3.png"):
        assert (alone / "images" / name).read_bytes() == (shared / "images" / name).read_bytes()
