"""Tar files are a data set like the files in them, and what can be wrong with them."""

from __future__ import annotations

import gc
import os
import pickle
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from tests.train.data.shards.tars import label, sharded, write_tar
from train.data.dataset import RadiographDataset
from train.data.decode import decode
from train.data.label_format import LabelFormat
from train.data.labels import inspect_data_set, read_data_set
from train.data.picture_cache import PictureCache
from train.data.preprocessing import Preprocessor
from train.data.shards import find_tars, index
from train.errors import UserError

PREPROCESSOR = Preprocessor(size=32)


@pytest.fixture
def shards(data_set: Path, tmp_path: Path) -> Path:
    return sharded(read_data_set(data_set).table, tmp_path / "shards", 3)


@pytest.fixture
def png(data_set: Path) -> bytes:
    return (data_set / "images" / "1.png").read_bytes()


def test_tar_files_hold_what_the_files_hold(data_set: Path, shards: Path) -> None:
    loose = read_data_set(data_set)
    for place in (shards, shards / "hands-{000000..000002}.tar"):
        packed = read_data_set(place)
        assert packed.label_hash == loose.label_hash
        columns = ["id", "bone_age_months", "is_male"]
        pd.testing.assert_frame_equal(packed.table[columns], loose.table[columns])
        for member, path in zip(packed.table["path"], loose.table["path"], strict=True):
            np.testing.assert_array_equal(decode(member), decode(path), strict=True)
    assert len(read_data_set(shards / "hands-000001.tar").table) == 20


def test_the_cache_of_pictures_works_over_tar_files(
    shards: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labelled, cache = read_data_set(shards), PictureCache(cache_folder)
    loose = pickle.loads(pickle.dumps(RadiographDataset(labelled.table, PREPROCESSOR)))
    canvases = [loose.canvas(row) for row in range(60)]
    cache.make(labelled, PREPROCESSOR)
    cached = RadiographDataset(
        labelled.table, PREPROCESSOR, pack=cache.find(labelled, PREPROCESSOR)
    )
    monkeypatch.setattr("train.data.dataset.decode", None)  # nothing is decoded again
    for row in range(60):
        np.testing.assert_array_equal(cached.canvas(row), canvases[row], strict=True)
    os.utime(shards / "hands-000002.tar", ns=(0, 0))
    assert cache.find(read_data_set(shards), PREPROCESSOR) is None


def test_a_tar_file_is_indexed_once_until_it_changes(
    shards: Path, tmp_path: Path, png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read_data_set(shards)
    scanned = []
    scan = index.scan_tar
    monkeypatch.setattr(index, "scan_tar", lambda tar: scanned.append(tar.name) or scan(tar))
    pd.testing.assert_frame_equal(read_data_set(shards).table, first.table)
    assert scanned == []
    write_tar(shards / "hands-000001.tar", {"61.png": png, "61.json": label(7, True)})
    assert len(read_data_set(shards).table) == 41
    kept = min((tmp_path / "cache" / "ril" / "tars").iterdir())
    kept.write_text("{")
    assert len(read_data_set(shards).table) == 41
    assert len(scanned) == 2


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"61.png": b"", "61.json": label(7, None)}, "61.json: is_male must be True or False"),
        (
            {"61.png": b"", "61.json": label(None, True)},
            "61.json: the bone age of id 61 is missing",
        ),
        ({"61.png": b"", "61.json": label(229, True)}, "61.json: bone age 229 months of id 61 is"),
        (
            {"61.png": b"", "61.json": label("7y", True)},
            "61.json: bone_age_months of id 61 must be",
        ),
        ({"61.png": b"", "61.json": b"[7]"}, "61.json: is no JSON object"),
        ({"61.png": b"", "61.json": b"{"}, "61.json: is no JSON object"),
        ({"61.png": b""}, "61.png: has no 61.json with its labels"),
        ({"61.json": label(7, True)}, "61.json: has no picture 61.png (or another format)"),
        (
            {"5.jpg": b"", "5.json": label(7, True)},
            "5.jpg: id 5 is already in hands-000001.tar/5.p",
        ),
        (
            {"61.png": b"", "61.jpg": b"", "61.json": label(7, True)},
            "61.jpg: is there beside 61.png; keep one",
        ),
        ({"1.2.840.png": b""}, "1.2.840.png: an id ends at its first dot"),
    ],
)
def test_one_error_names_tar_file_and_member(
    shards: Path, members: dict[str, bytes], message: str
) -> None:
    write_tar(shards / "hands-000003.tar", members)
    with pytest.raises(UserError) as raised:
        read_data_set(shards)
    assert f"{shards}: hands-000003.tar/{message}" in str(raised.value)
    good = read_data_set(shards, LabelFormat(skip_bad=True))
    assert (len(good.table), len(good.faults)) == (60, 1)


def test_everything_wrong_at_once(shards: Path, tmp_path: Path, png: bytes) -> None:
    tar = shards / "hands-000002.tar"
    content = tar.read_bytes()
    tar.write_bytes(content[: len(content) // 2])
    (shards / "hands-000003.tar").write_bytes(b"")
    write_tar(shards / "hands-000004.tar", {"61.png": png, "62.json": label(7, True)})
    other = shards / "hands-000005.tar"
    whole = write_tar(other, {f"{i}.png": png for i in range(70, 80)}).read_bytes()
    other.write_bytes(whole.replace(b"75.png", b"\xff5.png"))  # the checksum of its header is wrong
    inspection = inspect_data_set(shards, LabelFormat())
    texts = [fault.text for fault in inspection.faults]
    assert texts[0].startswith("hands-000002.tar: cut short or damaged after its member ")
    assert "hands-000003.tar: empty, or not a tar file; fetch it again" in texts
    assert any(text.startswith("hands-000004.tar/61.png: has no") for text in texts)
    assert any(text.startswith("hands-000004.tar/62.json: has no") for text in texts)
    damaged = "hands-000005.tar: cut short or damaged after its member 74.png; fetch it again"
    assert damaged in texts
    assert 40 <= len(inspection.table) < 60


def test_a_tar_file_cut_between_two_members_is_not_whole(shards: Path, png: bytes) -> None:
    tar = write_tar(shards / "hands-000003.tar", {"61.png": png, "61.json": label(7, True)})
    blocks = 512 * (1 + -(-len(png) // 512) + 2)  # two headers and their contents
    tar.write_bytes(tar.read_bytes()[:blocks])
    with pytest.raises(
        UserError, match=r"000003\.tar: cut short or damaged after its member 61\.j"
    ):
        read_data_set(shards)


def test_nothing_good_in_a_tar_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"a\.tar: a\.tar/1\.png: has no 1\.json with its labels"):
        read_data_set(write_tar(tmp_path / "a.tar", {"1.png": b""}), LabelFormat(skip_bad=True))
    with pytest.raises(UserError, match=r"b\.tar: found no <id>\.png"):
        read_data_set(write_tar(tmp_path / "b.tar", {"1.npy": b""}))


def test_names_of_tar_files(tmp_path: Path, shards: Path) -> None:
    pattern = tmp_path / "a-{1..2}" / "hands-{08..10}.tar"
    assert [str(tar.relative_to(tmp_path)) for tar in find_tars(pattern)] == [
        f"a-{folder}/hands-{shard}.tar" for folder in (1, 2) for shard in ("08", "09", "10")
    ]
    with pytest.raises(UserError, match=r"hands-000003\.tar: No such file"):
        read_data_set(shards / "hands-{000000..000003}.tar")
    with pytest.raises(UserError, match="compressed"):
        find_tars(tmp_path / "hands.tar.gz")
    (shards / "labels.csv").write_text("id,boneage,male\n1,3,True\n")
    assert find_tars(shards) == [], "a CSV file says what the labels are"


def test_compressed_contents_and_columns_are_refused(shards: Path) -> None:
    with pytest.raises(UserError, match="leave out the options"):
        read_data_set(shards, LabelFormat(id_column="id"))
    (shards / "hands-000001.tar").write_bytes(b"\x1f\x8b" + bytes(600))
    with pytest.raises(UserError, match=r"000001\.tar: compressed"):
        read_data_set(shards)


def test_infants_and_years_are_told_apart_as_in_label_files(tmp_path: Path, png: bytes) -> None:
    samples = {f"{i}.png": png for i in range(12)} | {f"{i}.json": label(i + 2) for i in range(12)}
    tar = write_tar(tmp_path / "a.tar", samples)
    with pytest.raises(UserError, match="these look like years; say --age-unit"):
        read_data_set(tar)
    months = read_data_set(tar, LabelFormat(age_unit="months")).table
    years = read_data_set(tar, LabelFormat(age_unit="years")).table
    assert months.columns.tolist() == ["id", "bone_age_months", "path"], "no sexes"
    assert (years["bone_age_months"] == 12 * months["bone_age_months"]).all()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_webdataset_library_reads_and_writes_the_same(
    data_set: Path, shards: Path, tmp_path: Path
) -> None:
    webdataset = pytest.importorskip("webdataset", reason="needs webdataset")
    ours = {str(row.id): row for row in read_data_set(shards).table.itertuples(index=False)}
    pattern = str(shards / "hands-{000000..000002}.tar")
    samples = webdataset.WebDataset(pattern, shardshuffle=False)
    theirs = {sample["__key__"]: sample for sample in samples}
    gc.collect()  # it leaves its files to the collector, which warns of them here
    assert theirs.keys() == ours.keys()
    for key, sample in theirs.items():
        assert sample["png"] == ours[key].path.read_bytes()
        months, is_male = ours[key].bone_age_months, ours[key].is_male
        assert sample["json"] == label(months, is_male)
    written = tmp_path / "written.tar"
    with webdataset.TarWriter(str(written)) as writer:
        for sample in theirs.values():
            writer.write(sample)
    back = read_data_set(written)
    assert back.label_hash == read_data_set(data_set).label_hash
    picture = cv2.imread(str(data_set / "images" / "7.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(decode(back.table["path"][6]), picture)
