"""What `prepare` writes, however the work is divided."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.train.data.prepare.conftest import content
from train.data.augmentation import Augmentation
from train.data.decode import decode
from train.data.labels import read_data_set
from train.data.letterbox import letterbox
from train.data.pack import open_pack
from train.data.preprocessing import Preprocessor
from train.data.texture import TEXTURES, texture_channels, three_channels
from train.errors import UserError
from train.verbs.prepare import main

SMALL = ("--size", "32", "--radiographs-per-part", "8")


def prepare(data: Path, out: Path, *options: object) -> Path:
    command = ("--data", data, "--out", out, *SMALL, *options)
    assert main([str(part) for part in command]) == 0
    return out


def radiograph(data: Path, number: int) -> np.ndarray:
    return decode(data / "images" / f"{number}.png")


@pytest.mark.parametrize("storage", ["lossless", "raw", "pictures", "tar"])
@pytest.mark.parametrize("texture", [None, *TEXTURES])
def test_every_storage_holds_what_fit_would_make(
    hands: Path, tmp_path: Path, storage: str, texture: str | None
) -> None:
    options = () if texture is None else ("--texture", texture)
    pack = open_pack(prepare(hands, tmp_path / "out", "--storage", storage, *options))
    assert pack.texture == texture
    for number in (1, 9, 40):
        found = pack.canvas(number)
        if texture is None:
            expected = letterbox(radiograph(hands, number), 32)
        else:
            found = three_channels(found)
            expected = Preprocessor(size=32, texture=texture)(radiograph(hands, number))
        np.testing.assert_array_equal(found, expected, strict=True)


def test_pictures_are_an_rsna_folder_that_a_person_can_open(hands: Path, tmp_path: Path) -> None:
    out = prepare(hands, tmp_path / "out", "--texture", "multiscale", "--storage", "pictures")
    with Image.open(out / "images" / "7.png") as picture:
        assert picture.mode == "RGB"
        channels = np.array(picture).transpose(2, 0, 1)
    np.testing.assert_array_equal(channels, open_pack(out).canvas(7))
    for name in ("pack.json", "pictures.csv"):  # without them it is any data set
        (out / name).unlink()
    assert read_data_set(out).label_hash == read_data_set(hands).label_hash


def test_tars_are_shards_of_webdataset(hands: Path, tmp_path: Path) -> None:
    out = prepare(hands, tmp_path / "out", "--texture", "circular", "--storage", "tar")
    shards = sorted(out.glob("*.tar"))
    assert [shard.name for shard in shards] == [f"radiographs-{k:06d}.tar" for k in range(5)]
    names = []
    for shard in shards:
        with tarfile.open(shard) as tar:
            members = tar.getmembers()
            assert {(m.mtime, m.uid, m.gid, m.mode, m.uname) for m in members} == {
                (0, 0, 0, 0o644, "")
            }
            names += [member.name for member in members]
            for picture, labels in zip(members[::2], members[1::2], strict=True):
                number = int(Path(picture.name).stem)
                found = cv2.imdecode(
                    np.frombuffer(tar.extractfile(picture).read(), np.uint8), cv2.IMREAD_UNCHANGED
                )
                canvas = letterbox(radiograph(hands, number), 32)
                np.testing.assert_array_equal(found, texture_channels(canvas, "circular")[0])
                row = read_data_set(hands).table.set_index("id").loc[number]
                assert json.load(io.TextIOWrapper(tar.extractfile(labels))) == {
                    "bone_age_months": row["bone_age_months"],
                    "is_male": row["is_male"],
                }
    assert names == [f"{number}.{kind}" for number in range(1, 41) for kind in ("png", "json")]
    with pytest.raises(UserError, match="tar files hold texture; give the folder"):
        read_data_set(shards[0])  # its codes would be taken for radiographs


@pytest.mark.parametrize("texture", ["square", "mixed"])
def test_lbp_at_the_resolution_of_the_file(hands: Path, tmp_path: Path, texture: str) -> None:
    options = ("--texture", texture, "--lbp-stage", "source")
    pack = open_pack(prepare(hands, tmp_path / "out", *options))
    picture = radiograph(hands, 5)
    missing = 64 - picture.shape[1]
    padded = np.pad(picture, ((0, 0), (missing // 2, missing - missing // 2)))
    assert padded.shape == (64, 64)
    codes = texture_channels(padded, texture)
    # Two pixels become one, whose centre lies between them: the nearest is the one behind it.
    np.testing.assert_array_equal(three_channels(pack.canvas(5)), codes[:, 1::2, 1::2])
    with pytest.raises(UserError, match="`predict` does not repeat"):
        pack.require_usable(Preprocessor(size=32, texture=texture), Augmentation())


@pytest.mark.parametrize("storage", ["pictures", "tar"])
def test_shares_make_the_same_bytes_in_any_order(
    hands: Path, tmp_path: Path, storage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--texture", "mixed", "--storage", storage)
    whole = content(prepare(hands, tmp_path / "whole", *options))
    for number in (3, 1, 2):
        assert not (tmp_path / "together" / "pack.json").exists()
        prepare(hands, tmp_path / "together", *options, "--shard", f"{number}/3")
    assert content(tmp_path / "together") == whole
    capsys.readouterr()
    prepare(hands, tmp_path / "together", *options, "--shard", "2/3")
    assert "a second" not in capsys.readouterr().out, "nothing is done twice"

    for number in (1, 2):  # two disks, copied together
        prepare(hands, tmp_path / f"disk_{number}", *options, "--shard", f"{number}/2")
        shutil.copytree(tmp_path / f"disk_{number}", tmp_path / "copied", dirs_exist_ok=True)
    with pytest.raises(UserError, match="is not finished"):
        read_data_set(tmp_path / "copied")
    prepare(hands, tmp_path / "copied", *options)
    assert content(tmp_path / "copied") == whole
    assert "a second" not in capsys.readouterr().out.splitlines()[-1]


def test_what_does_not_agree_with_its_record_is_made_again(
    hands: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    shutil.copytree(hands, data)
    prepare(data, out, "--shard", "1/2")
    assert "24 radiographs in" in capsys.readouterr().out, "parts 0, 2 and 4"
    damaged = bytearray((out / "part_000.bin").read_bytes())
    damaged[100] ^= 1
    (out / "part_000.bin").write_bytes(damaged)
    prepare(data, out, "--shard", "1/2")
    assert "8 radiographs in" in capsys.readouterr().out
    (out / "part_004.bin").unlink()
    (data / "images" / "17.png").write_bytes((data / "images" / "16.png").read_bytes())
    prepare(data, out, "--shard", "1/2")
    assert "16 radiographs in" in capsys.readouterr().out
    prepare(data, out)
    assert content(out) == content(prepare(data, tmp_path / "new"))
