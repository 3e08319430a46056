"""Packed pictures train the network that the pictures themselves do, bit for bit."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from tests.train.verbs.conftest import SMALL
from train.data.dataset import RadiographDataset
from train.data.label_format import LabelFormat
from train.data.labels import read_data_set
from train.data.phantom import write_phantom_dataset
from train.data.preprocessing import Preprocessor
from train.engine.checkpoints import newest_checkpoint

FIT = (*SMALL[2:], "--epochs", 1)  # without --size
STILL = tuple(
    part
    for name in (
        "rotation-degrees",
        "scale",
        "translation",
        "flip-probability",
        "faint-probability",
    )
    for part in (f"--{name}", 0)
)


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty drawn hands, one of them with 16 bits."""
    folder = tmp_path_factory.mktemp("phantom")
    write_phantom_dataset(folder / "data", 40, seed=0, size=64)
    one = folder / "data" / "images" / "9.png"
    cv2.imwrite(str(one), cv2.imread(str(one), cv2.IMREAD_UNCHANGED).astype(np.uint16) * 200)
    return folder / "data"


def weights(run: Path) -> bytes:
    newest = newest_checkpoint(run / "checkpoints")
    assert newest is not None
    return (newest.path / "network.safetensors").read_bytes()


def test_packs_and_the_cache_train_the_same_network(
    phantom: Path, tmp_path: Path, run_verb, cache_folder: Path
) -> None:
    pack, again = tmp_path / "pack", tmp_path / "again"
    status, out, _ = run_verb(
        "prepare", "--data", phantom, "--size", 32, "--radiographs-per-part", 16, "--out", pack
    )
    assert status == 0
    assert "40 radiographs of 32 x 32 pixels" in out
    assert len(list(pack.glob("part_*.bin"))) > 1
    assert read_data_set(pack).label_hash == read_data_set(phantom).label_hash
    status, *_ = run_verb("prepare", "--data", pack, "--storage", "raw", "--out", again, *SMALL[:2])
    assert status == 0

    runs = {
        "loose": ("--data", phantom, "--size", 32, "--no-cache"),
        "cached": ("--data", phantom, "--size", 32),
        "packed": ("--data", pack),
        "raw": ("--data", again),
    }
    for name, options in runs.items():
        status, out, error = run_verb("fit", "--out", tmp_path / name, *options, *FIT)
        assert status == 0, error
        assert ("decoded pictures are kept in" in out) == (name in ("cached", "packed"))
    assert len({weights(tmp_path / name) for name in runs}) == 1
    assert len(list(cache_folder.glob("*/pack.json"))) == 2
    for data in (phantom, pack):
        assert run_verb("evaluate", tmp_path / "packed", "--data", data, "--num-workers", 0)[0] == 0


@pytest.mark.usefixtures("tiny_network")
def test_evaluate_judges_the_same_from_the_cache(
    phantom: Path, tmp_path: Path, run_verb, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"

    def judged(*options: object) -> list[bytes]:
        status, _, error = run_verb("evaluate", run, "--num-workers", 0, *options)
        assert status == 0, error
        results = run / "evaluation_test"
        return [(results / name).read_bytes() for name in ("metrics.json", "predictions.csv")]

    def entries(folder: Path) -> list[int]:
        return [json.loads(pack.read_text())["num_pictures"] for pack in folder.glob("*/pack.json")]

    assert run_verb("fit", "--data", phantom, "--size", 32, "--out", run, *FIT)[0] == 0
    decoded = judged("--no-cache")
    assert judged("--cache-dir", tmp_path / "other") == decoded
    assert entries(tmp_path / "other") == [12], "the rows that are judged alone"
    monkeypatch.setattr("train.data.dataset.decode", None)  # nothing is decoded any more
    assert judged() == decoded
    assert judged("--cache-dir", tmp_path / "other") == decoded
    assert entries(cache_folder) == [40]

    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps(config | {"cache": False}))
    with pytest.raises(TypeError, match="not callable"):
        run_verb("evaluate", run, "--num-workers", 0)


def test_a_pack_of_another_size_and_a_broken_one_are_refused(
    phantom: Path, tmp_path: Path, run_verb
) -> None:
    pack, run = tmp_path / "pack", tmp_path / "run"
    prepare = ("prepare", "--data", phantom, "--size", 32, "--out", pack)
    assert run_verb(*prepare)[0] == 0
    status, _, error = run_verb("fit", "--data", pack, "--size", 64, "--out", run, *FIT)
    assert status == 1
    assert "holds pictures of size 32, size 64 is needed" in error
    (pack / "part_000.bin").unlink()
    status, _, error = run_verb("fit", "--data", pack, "--out", run, *FIT)
    assert status == 1
    assert "the pack lacks part_000.bin" in error
    assert not run.exists()
    assert "the pack lacks part_000.bin" in run_verb(*prepare)[2]
    status, _, error = run_verb(*prepare, "--storage", "raw")
    assert status == 1
    assert "was begun with storage lossless, this is storage raw" in error


def test_the_pack_of_any_labels_holds_the_same_rows(tmp_path: Path, run_verb) -> None:
    """Ids that are text, infants in fractions of months, no sexes, and what cannot be read."""
    data, pack = tmp_path / "data", tmp_path / "pack"
    data.mkdir()
    rng = np.random.default_rng(0)
    names = ["NA", "007", *(f"film {number}" for number in range(40))]
    for name in names:
        cv2.imwrite(str(data / f"{name}.png"), rng.integers(0, 256, (40, 30), dtype=np.uint8))
    (data / "film 3.png").write_bytes(b"")
    lines = [f"{name},{3 + number / 4}" for number, name in enumerate(names)]
    (data / "readings.csv").write_text("\n".join(["film,age", *lines, "nowhere,5"]) + "\n")
    columns = ("--id-column", "film", "--age-column", "age", "--age-unit", "months")
    prepare = ("prepare", "--data", data, "--size", 32, "--out", pack, "--sex-column", "none")
    assert "id nowhere has no picture" in run_verb(*prepare, *columns)[2]
    status, out, error = run_verb(*prepare, *columns, "--skip-bad")
    assert status == 0, error
    assert "left out: line 44: id nowhere has no picture" in out
    assert f"left out: {data / 'film 3.png'}: the file is empty" in out
    assert "41 radiographs of 32 x 32 pixels" in out

    (data / "film 3.png").unlink()
    labels = LabelFormat(
        id_column="film", age_column="age", age_unit="months", sex_column="none", skip_bad=True
    )
    loose, packed = read_data_set(data, labels), read_data_set(pack)
    assert packed.pack is not None
    assert packed.label_hash == loose.label_hash
    pd.testing.assert_frame_equal(packed.table, loose.table.drop(columns="path"))
    unpacked = RadiographDataset(loose.table, Preprocessor(size=32))
    for row, name in enumerate(packed.table["id"]):
        np.testing.assert_array_equal(packed.pack.canvas(name), unpacked.canvas(row))

    folds = ("--num-folds", 3, "--fold", 1, "--skip-bad")
    run = tmp_path / "run"
    status, _, error = run_verb("fit", "--data", pack, "--out", run, *FIT, *folds)
    assert status == 0, error
    status, out, error = run_verb("evaluate", run, "--num-workers", 0)
    assert status == 0, error
    assert "girls" not in out
    predictions = pd.read_csv(run / "evaluation_test" / "predictions.csv", keep_default_na=False)
    assert predictions["id"].tolist() == packed.table["id"].tolist()[:12]
    assert "leave out the options" in run_verb("fit", "--data", pack, *columns)[2]
    assert "a pack; check the data set" in run_verb("data", "check", pack)[2]


def test_a_pack_needs_a_picture_that_can_be_read(data_set: Path, tmp_path: Path, run_verb) -> None:
    for picture in (data_set / "images").iterdir():
        picture.write_bytes(b"")
    prepare = ("prepare", "--data", data_set, "--size", 32, "--out", tmp_path / "pack")
    status, _, error = run_verb(*prepare, "--skip-bad")
    assert status == 1
    assert "no picture can be read; the first" in error
    status, _, error = run_verb("fit", "--data", tmp_path / "pack", "--out", tmp_path / "run")
    assert status == 1
    assert "is not finished" in error


def test_data_on_the_device_trains_the_same_network(
    data_set: Path, tmp_path: Path, run_verb
) -> None:
    for name, options in (("loader", ()), ("device", ("--data-on-device",))):
        fit = ("fit", "--data", data_set, "--out", tmp_path / name)
        status, _, error = run_verb(*fit, *SMALL, *STILL, *options)
        assert status == 0, error
    assert weights(tmp_path / "device") == weights(tmp_path / "loader")
    history = json.loads((tmp_path / "device" / "metrics.json").read_text())["history"]
    assert all(0 < entry["seconds_waiting_for_data"] < entry["seconds"] for entry in history)


@pytest.mark.usefixtures("tiny_network")
@pytest.mark.parametrize(
    ("texture", "storage"), [("rotation_invariant", "pictures"), ("mixed", "tar")]
)
def test_prepared_texture_trains_the_same_network(
    phantom: Path, tmp_path: Path, run_verb, texture: str, storage: str
) -> None:
    made = ("--texture", texture, "--storage", storage, "--out", tmp_path / "made")
    assert run_verb("prepare", "--data", phantom, "--size", 32, *made)[0] == 0
    runs = {
        "radiographs": ("--data", phantom, "--size", 32, "--texture", texture, *STILL),
        "texture": ("--data", tmp_path / "made"),
    }
    for name, options in runs.items():
        status, _, error = run_verb("fit", "--out", tmp_path / name, *options, *FIT)
        assert status == 0, error
    assert weights(tmp_path / "texture") == weights(tmp_path / "radiographs")

    config = json.loads((tmp_path / "texture" / "config.json").read_text())
    assert config["preprocessor"] == {"size": 32, "texture": texture}
    for data in (phantom, tmp_path / "made"):  # and the run takes radiographs, too
        run = ("evaluate", tmp_path / "texture", "--data", data, "--num-workers", 0)
        assert run_verb(*run)[0] == 0


def test_texture_is_taken_as_it_is_or_not_at_all(phantom: Path, tmp_path: Path, run_verb) -> None:
    made, run, again = tmp_path / "made", tmp_path / "run", tmp_path / "again"
    prepare = ("prepare", "--size", 32, "--texture", "square")
    assert run_verb(*prepare, "--data", phantom, "--out", made)[0] == 0
    fit = ("fit", "--data", made, "--out", run, *FIT)
    for options, message in (
        (("--texture", "mixed"), "are square texture already, of which no mixed"),
        (("--rotation-degrees", 5), "augmentation comes before it"),
        (("--data-on-device",), "is texture, which --data-on-device would make"),
    ):
        status, _, error = run_verb(*fit, *options)
        assert status == 1
        assert message in error
        assert not run.exists()
    assert "leave out --texture" in run_verb(*prepare, "--data", made, "--out", again)[2]

    restored = ("prepare", "--data", made, "--size", 32, "--storage", "raw", "--out", again)
    assert run_verb(*restored)[0] == 0
    packs = [read_data_set(folder).pack for folder in (made, again)]
    assert [pack.texture for pack in packs] == ["square", "square"]
    for number in (1, 9):
        np.testing.assert_array_equal(packs[0].canvas(number), packs[1].canvas(number))


@pytest.mark.parametrize("storage", ["lossless", "raw", "pictures", "tar"])
def test_skip_bad_leaves_out_pictures_in_every_storage(
    data_set: Path, tmp_path: Path, run_verb, storage: str
) -> None:
    (data_set / "images" / "4.png").write_bytes(b"")
    options = ("--data", data_set, "--size", 32, "--storage", storage, "--out", tmp_path / "pack")
    few = ("--radiographs-per-part", 2, "--num-threads", 1)
    status, _, error = run_verb("prepare", *options, *few)
    assert status == 1
    assert "4.png: the file is empty; fetch it again. Mend it or say --skip-bad" in error
    status, out, _ = run_verb("prepare", *options, *few, "--skip-bad")
    assert status == 0
    assert f"left out: {data_set / 'images' / '4.png'}: the file is empty" in out
    assert "58 radiographs in" in out, "the first part was made before"
    assert "59 radiographs of 32 x 32 pixels" in out
    pack = read_data_set(tmp_path / "pack")
    assert 4 not in set(pack.table["id"])
    assert len(pack.table) == pack.pack.manifest.num_pictures == 59


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--shard", "0/2"), "--shard must be i/n with i from 1 to n"),
        (("--shard", "3/2"), "--shard must be i/n with i from 1 to n"),
        (("--shard", "half"), "--shard must be i/n with i from 1 to n"),
        (("--size", 3), "size must be at least 32"),
        (("--radiographs-per-part", 0), "radiographs_per_part must be at least 1"),
        (("--num-threads", -1), "num_threads must not be negative"),
        (("--num-threads", 2, "--dask", "tcp://x:1"), "each worker has the threads it began with"),
        (("--lbp-stage", "source"), "there is no LBP; name a --texture"),
    ],
)
def test_wrong_options_stop_before_any_work(
    data_set: Path, tmp_path: Path, run_verb, options: tuple, message: str
) -> None:
    status, _, error = run_verb("prepare", "--data", data_set, "--out", tmp_path / "new", *options)
    assert status == 1
    assert message in error
    assert not (tmp_path / "new").exists()


def test_wrong_places_stop_before_any_work(data_set: Path, tmp_path: Path, run_verb) -> None:
    prepare = ("prepare", "--data", data_set, "--out")
    assert "lies in --data" in run_verb(*prepare, data_set / "new")[2]
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert "is not empty; choose another --out" in run_verb(*prepare, tmp_path / "full")[2]
    assert "--out must be a folder" in run_verb(*prepare, tmp_path / "full" / "file")[2]
    label_file = data_set / "boneage-training-dataset.csv"
    label_file.write_text(label_file.read_text().replace("\n7,", "\n7.5,"))
    (data_set / "images" / "7.png").rename(data_set / "images" / "7.5.png")
    status, _, error = run_verb(*prepare, tmp_path / "new", "--storage", "tar")
    assert status == 1
    assert "id 7.5: WebDataset takes what follows the first dot for a suffix" in error
    assert not (tmp_path / "new").exists()
