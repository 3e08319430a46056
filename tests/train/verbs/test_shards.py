"""Tar files go the whole way, and train the network that the files in them do, bit for bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests.train.data.shards.tars import label, sharded, write_tar
from tests.train.verbs.conftest import SMALL
from train.data.dataset import RadiographDataset
from train.data.decode import decode
from train.data.labels import read_data_set
from train.data.preprocessing import Preprocessor
from train.engine.checkpoints import newest_checkpoint


def weights(run: Path) -> bytes:
    newest = newest_checkpoint(run / "checkpoints")
    assert newest is not None
    return (newest.path / "network.safetensors").read_bytes()


def test_tar_files_go_the_whole_way(data_set: Path, tmp_path: Path, run_verb, tiny_network) -> None:
    shards = sharded(read_data_set(data_set).table, tmp_path / "shards", 2)
    runs = {
        "loose": (data_set, "--no-cache"),
        "tars": (shards / "hands-{000000..000001}.tar", "--no-cache"),
        "cached": (shards,),
    }
    for name, options in runs.items():
        out = tmp_path / name
        status, _, error = run_verb("fit", *SMALL, "--out", out, "--data", *options)
        assert status == 0, error
    assert len({weights(tmp_path / name) for name in runs}) == 1
    for data in ((), ("--data", data_set), ("--data", shards)):
        status, _, error = run_verb("evaluate", tmp_path / "tars", "--num-workers", 0, *data)
        assert status == 0, error
    judged = pd.read_csv(tmp_path / "tars" / "evaluation_test" / "predictions.csv")
    assert judged.columns[:3].tolist() == ["id", "bone_age_months", "is_male"]
    assert "path" not in judged


def test_what_prepare_makes_of_tar_files_is_tar_files_again(
    data_set: Path, tmp_path: Path, run_verb
) -> None:
    loose = read_data_set(data_set)
    shards = sharded(loose.table, tmp_path / "shards", 2)
    for name, data in (("of_files", data_set), ("of_shards", shards)):
        prepare = ("prepare", "--data", data, "--size", 32, "--storage", "tar")
        status, _, error = run_verb(*prepare, "--out", tmp_path / name)
        assert status == 0, error
    made = [tmp_path / name / "radiographs-000000.tar" for name in ("of_files", "of_shards")]
    assert made[0].read_bytes() == made[1].read_bytes()
    back = read_data_set(made[0])
    assert back.label_hash == loose.label_hash
    expected = RadiographDataset(loose.table, Preprocessor(size=32))
    for row, member in enumerate(back.table["path"]):
        np.testing.assert_array_equal(decode(member), expected.canvas(row))


def test_bad_members_stop_nothing_else(
    data_set: Path, tmp_path: Path, run_verb, tiny_network
) -> None:
    shards = sharded(read_data_set(data_set).table, tmp_path / "shards", 2)
    png = (data_set / "images" / "1.png").read_bytes()
    bad = {"1.png": png, "1.json": label(3, True), "61.png": png[:90], "61.json": label(5, False)}
    tar = write_tar(shards / "hands-000002.tar", bad | {"62.png": png})
    cut = shards / "hands-000003.tar"
    cut.write_bytes(b"no tar")
    reasons = (
        f"{tar.name}/1.png: id 1 is already in hands-000000.tar/1.png; keep one",
        f"{tar.name}/62.png: has no 62.json with its labels",
        f"{cut.name}: empty, or not a tar file; fetch it again",
        f"{tar}/61.png: the file is cut short",
    )
    run = tmp_path / "run"
    fit = ("fit", "--data", shards, "--out", run, *SMALL, "--epochs", 1)
    assert "(2 more faults; `python -m train data check` lists them all)" in run_verb(*fit)[2]
    status, printed, error = run_verb(*fit, "--skip-bad")
    assert status == 0, error
    assert all(f"left out: {reason}" in printed for reason in reasons)
    status, printed, error = run_verb("evaluate", run, "--num-workers", 0)
    assert status == 0, error

    check = ("data", "check", shards, "--out", tmp_path / "report", "--num-workers", 0)
    status, printed, _ = run_verb(*check)
    assert status == 1
    assert all(reason in printed for reason in reasons)
    assert "60 pictures read" in printed

    empty = write_tar(tmp_path / "empty.tar", {})
    assert "empty.tar: holds no PNG, JPEG" in run_verb("predict", run, empty)[2]
    out = tmp_path / "ages.csv"
    status, _, error = run_verb("predict", run, tar, cut, "--as-is", "--out", out, "--skip-bad")
    assert status == 0
    for start in (f"{cut}: empty, or not a tar file", f"{tar}/61.png: the file is cut short"):
        assert f"error: {start}" in error
    ages = pd.read_csv(out).set_index("file")["bone_age_months"]
    assert ages.isna().to_dict() == {
        str(cut): True,
        f"{tar}/1.png": False,
        f"{tar}/61.png": True,
        f"{tar}/62.png": False,
    }
