from pathlib import Path

import cv2
import numpy as np
import pytest

from train.data.decode import decode
from train.errors import UserError

LOSSLESS = {".png": [], ".tiff": [], ".webp": [cv2.IMWRITE_WEBP_QUALITY, 101]}


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (31, 47), dtype=np.uint8)


def write(path: Path, picture: np.ndarray, options: list[int] | None = None) -> Path:
    assert cv2.imwrite(str(path), picture, options or [])
    return path


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_lossless_formats_are_exact(tmp_path: Path, picture: np.ndarray, suffix: str) -> None:
    path = write(tmp_path / f"a{suffix}", picture, LOSSLESS[suffix])
    np.testing.assert_array_equal(decode(path), picture)


def test_jpeg(tmp_path: Path) -> None:
    smooth = np.add.outer(np.arange(64), np.arange(80)).astype(np.uint8)
    decoded = decode(write(tmp_path / "a.jpg", smooth))
    assert decoded.shape == smooth.shape
    assert np.abs(decoded.astype(int) - smooth).max() <= 4


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_sixteen_bits_stay_sixteen_bits(tmp_path: Path, suffix: str) -> None:
    picture = np.random.default_rng(0).integers(0, 65536, (31, 47), dtype=np.uint16)
    decoded = decode(write(tmp_path / f"a{suffix}", picture))
    assert decoded.dtype == np.uint16
    np.testing.assert_array_equal(decoded, picture)


def test_equal_colour_channels_are_the_grey_picture(tmp_path: Path, picture: np.ndarray) -> None:
    path = write(tmp_path / "a.png", np.repeat(picture[..., None], 3, axis=2))
    np.testing.assert_array_equal(decode(path), picture)


def test_colour_becomes_luminance_and_alpha_is_dropped(tmp_path: Path) -> None:
    blue_green_red_alpha = np.zeros((5, 6, 4), np.uint8)
    blue_green_red_alpha[..., 1] = 200
    blue_green_red_alpha[..., 3] = 77
    decoded = decode(write(tmp_path / "a.png", blue_green_red_alpha))
    np.testing.assert_array_equal(decoded, np.full((5, 6), round(0.587 * 200), np.uint8))


def test_the_content_decides_not_the_name(tmp_path: Path, picture: np.ndarray) -> None:
    path = write(tmp_path / "a.png", picture).rename(tmp_path / "a.jpg")
    np.testing.assert_array_equal(decode(path), picture)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
@pytest.mark.parametrize("kept", [0.5, 0.95])
def test_a_file_cut_short_is_refused(
    tmp_path: Path, picture: np.ndarray, suffix: str, kept: float
) -> None:
    path = write(tmp_path / f"a{suffix}", picture)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(UserError, match=rf"a{suffix}: the file is cut short"):
        decode(path)


def test_damaged_inside(tmp_path: Path, picture: np.ndarray) -> None:
    path = write(tmp_path / "a.tiff", picture)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(UserError, match=r"a\.tiff: could not be decoded"):
        decode(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "the file is empty"), (b"%PDF-1.7 ....", "not a PNG, JPEG, WebP or TIFF file")],
)
def test_foreign_files(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        decode(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"a\.png: No such file"):
        decode(tmp_path / "a.png")


def test_float_pictures_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tiff", np.zeros((4, 4), np.float32))
    with pytest.raises(UserError, match="pixels are float32"):
        decode(path)
