from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from train.data.pack import PicturePack, is_pack, open_pack, write_pack
from train.data.pack.storage import Storage
from train.data.preprocessing import Preprocessor
from train.errors import UserError

IDS = [7, 3, 11, 5]


def canvas(row: int) -> np.ndarray:
    """Odd rows have 16 bits."""
    dtype = np.uint16 if row % 2 else np.uint8
    return np.random.default_rng(row).integers(0, np.iinfo(dtype).max, (32, 32), dtype=dtype)


@pytest.fixture(params=["raw", "lossless"])
def pack(request: pytest.FixtureRequest, tmp_path: Path) -> PicturePack:
    return write(tmp_path / "pack", request.param)


def write(folder: Path, storage: Storage = "raw", part_bytes: int = 3100) -> PicturePack:
    settings = Preprocessor(size=32).canvas_settings()
    write_pack(
        folder,
        IDS,
        canvas,
        canvas_settings=settings,
        source="none",
        storage=storage,
        part_bytes=part_bytes,
        num_threads=2,
    )
    return open_pack(folder)


def test_pictures_come_back_as_they_were(pack: PicturePack) -> None:
    for copy in (pack, pickle.loads(pickle.dumps(pack))):
        assert copy.manifest.num_pictures == 4
        for row, picture_id in enumerate(IDS):
            np.testing.assert_array_equal(copy.canvas(picture_id), canvas(row), strict=True)
            assert copy.canvas(picture_id).flags.writeable


def test_parts_keep_their_size_and_processes_are_sent_no_pixels(tmp_path: Path) -> None:
    pack = write(tmp_path / "pack")
    sizes = [path.stat().st_size for path in sorted(pack.folder.glob("part_*.bin"))]
    assert sizes == [1024 + 2048, 1024 + 2048]
    pack.canvas(7)
    assert len(pickle.dumps(pack)) < 2000


def test_a_part_that_is_missing_cut_or_damaged_is_named(pack: PicturePack) -> None:
    part = sorted(pack.folder.glob("part_*.bin"))[-1]
    content = part.read_bytes()
    part.unlink()
    with pytest.raises(UserError, match=rf"lacks {part.name} \(1 of"):
        open_pack(pack.folder)
    part.write_bytes(content[:-1])
    with pytest.raises(UserError, match=rf"{part.name}: .* bytes of .*; copy the file again"):
        open_pack(pack.folder)
    part.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(UserError, match=rf"{part.name}: damaged, its SHA-256 is wrong"):
        open_pack(pack.folder)
    part.write_bytes(content)
    np.testing.assert_array_equal(open_pack(pack.folder).canvas(7), canvas(0))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": 1}', '{"format": 1, "files": 3}']
)
def test_a_damaged_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "pack.json").write_text(text)
    assert is_pack(tmp_path)
    with pytest.raises(UserError, match=r"pack.json: damaged, copy it again"):
        open_pack(tmp_path)


def test_another_format_is_refused(pack: PicturePack) -> None:
    manifest = pack.folder / "pack.json"
    manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 9'))
    with pytest.raises(UserError, match="format 9, this version reads 1"):
        open_pack(pack.folder)


def test_other_settings_are_refused(pack: PicturePack) -> None:
    pack.require_settings(Preprocessor(size=32, texture="grey").canvas_settings())
    with pytest.raises(UserError, match="pictures of size 32, size 64 is needed"):
        pack.require_settings(Preprocessor(size=64).canvas_settings())


def test_a_pack_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fails(row: int) -> np.ndarray:
        if row == 2:
            raise UserError("no picture")
        return canvas(row)

    with pytest.raises(UserError, match="no picture"):
        write_pack(
            tmp_path / "pack",
            IDS,
            fails,
            canvas_settings={},
            source="none",
            storage="raw",
            part_bytes=10000,
        )
    assert list(tmp_path.iterdir()) == []
