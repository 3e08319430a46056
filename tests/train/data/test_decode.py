import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from train.data.decode import decode
from train.errors import UserError

LOSSLESS = {".png": [], ".tiff": [], ".bmp": [], ".webp": [cv2.IMWRITE_WEBP_QUALITY, 101]}


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (31, 47), dtype=np.uint8)


def write(path: Path, picture: np.ndarray, options: list[int] | None = None) -> Path:
    assert cv2.imwrite(str(path), picture, options or [])
    return path


def save(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
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


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_tiff_whose_zero_is_white(tmp_path: Path, dtype: type) -> None:
    """OpenCV inverts 8-bit ones alone."""
    picture = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (20, 30), dtype=dtype)
    path = save(tmp_path / "a.tiff", Image.fromarray(np.iinfo(dtype).max - picture))
    content = path.read_bytes()
    black_is_zero = struct.pack("<HHII", 262, 3, 1, 1)
    assert content.count(black_is_zero) == 1
    path.write_bytes(content.replace(black_is_zero, struct.pack("<HHII", 262, 3, 1, 0)))
    np.testing.assert_array_equal(decode(path), picture)


def test_equal_colour_channels_are_the_grey_picture(tmp_path: Path, picture: np.ndarray) -> None:
    path = write(tmp_path / "a.png", np.repeat(picture[..., None], 3, axis=2))
    np.testing.assert_array_equal(decode(path), picture)


def test_colour_becomes_luminance(tmp_path: Path) -> None:
    blue_green_red = np.zeros((20, 24, 3), np.uint8)
    blue_green_red[..., 1] = 200
    decoded = decode(write(tmp_path / "a.png", blue_green_red))
    np.testing.assert_array_equal(decoded, np.full((20, 24), round(0.587 * 200), np.uint8))


@pytest.mark.parametrize(("suffix", "options"), [(".png", {}), (".webp", {"lossless": True})])
def test_transparency_is_laid_on_black(tmp_path: Path, suffix: str, options: dict) -> None:
    pixels = np.full((20, 24, 4), 200, np.uint8)
    pixels[:10, :, 3] = 0
    pixels[10:15, :, 3] = 51
    pixels[15:, :, 3] = 255
    decoded = decode(save(tmp_path / f"a{suffix}", Image.fromarray(pixels), **options))
    assert decoded[[0, 12, 19], 5].tolist() == [0, 40, 200]


def test_transparency_of_sixteen_bits(tmp_path: Path) -> None:
    pixels = np.full((20, 24, 4), 65535, np.uint16)
    pixels[..., 3] = 32768
    np.testing.assert_array_equal(
        decode(write(tmp_path / "a.png", pixels)), np.full((20, 24), 32768)
    )
    with pytest.raises(UserError, match="a 16-bit TIFF with an alpha channel"):
        decode(write(tmp_path / "a.tiff", pixels))


def test_transparency_of_a_tiff_is_applied_once(tmp_path: Path) -> None:
    pixels = np.full((20, 24, 4), 200, np.uint8)
    pixels[..., 3] = 51
    decoded = decode(save(tmp_path / "a.tiff", Image.fromarray(pixels)))
    np.testing.assert_array_equal(decoded, np.full((20, 24), 40))


def test_wholly_transparent(tmp_path: Path) -> None:
    pixels = np.full((20, 24, 4), 200, np.uint8)
    pixels[..., 3] = 0
    with pytest.raises(UserError, match=r"a\.png: everything is transparent"):
        decode(save(tmp_path / "a.png", Image.fromarray(pixels)))


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff"])
def test_palette(tmp_path: Path, picture: np.ndarray, suffix: str) -> None:
    """The same picture, its values written through a shuffled palette."""
    order = np.random.default_rng(1).permutation(256).astype(np.uint8)
    image = Image.fromarray(np.argsort(order).astype(np.uint8)[picture]).convert("P")
    image.putpalette(np.repeat(order, 3).tobytes())
    np.testing.assert_array_equal(decode(save(tmp_path / f"a{suffix}", image)), picture)


def test_cmyk_jpeg(tmp_path: Path) -> None:
    smooth = Image.fromarray(np.add.outer(np.arange(64), np.arange(80)).astype(np.uint8))
    image = smooth.convert("RGB").convert("CMYK")
    decoded = decode(save(tmp_path / "a.jpg", image, quality=95))
    assert np.abs(decoded.astype(int) - np.asarray(smooth)).max() <= 4


@pytest.mark.parametrize("code", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tiff"])
def test_exif_orientation(tmp_path: Path, suffix: str, code: int) -> None:
    """Pillow's own idea of upright is the judge."""
    stored = Image.fromarray(np.repeat(np.arange(24, dtype=np.uint8), 20).reshape(24, 20) * 8)
    stored.paste(255, (0, 0, 6, 5))
    exif = Image.Exif()
    exif[0x0112] = code
    options = {"tiffinfo": {274: code}} if suffix == ".tiff" else {"exif": exif}
    path = save(tmp_path / f"a{suffix}", stored, quality=95, **options)
    upright = np.asarray(stored.transpose(_TRANSPOSE[code]) if code > 1 else stored)
    assert np.abs(decode(path).astype(int) - upright).max() <= 30
    assert decode(path).shape == upright.shape


_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


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


def test_a_thumbnail_does_not_hide_that_a_jpeg_is_cut_short(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    thumbnail = cv2.imencode(".jpg", noise[:8, :8])[1].tobytes()
    path = save(tmp_path / "a.jpg", Image.fromarray(noise), comment=thumbnail)
    assert decode(path).shape == (64, 64)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UserError, match="cut short"):
        decode(path)


@pytest.mark.parametrize("suffix", [".tiff", ".bmp"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.95])
def test_other_formats_cut_short(
    tmp_path: Path, picture: np.ndarray, suffix: str, kept: float
) -> None:
    path = write(tmp_path / f"a{suffix}", picture)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(UserError, match=rf"a{suffix}: could not be decoded"):
        decode(path)


def test_a_flipped_bit_in_a_png(tmp_path: Path, picture: np.ndarray) -> None:
    path = write(tmp_path / "a.png", picture)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x55
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"a\.png: could not be decoded"):
        decode(path)


def test_a_picture_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 30000, 30000, 8, 0, 0, 0, 0)

    def chunk(name: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)

    path = tmp_path / "a.png"
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    with pytest.raises(UserError, match=r"30000 x 30000 pixels are more than 100,000,000"):
        decode(path)


@pytest.mark.parametrize("shape", [(1, 1), (15, 400)])
def test_too_small(tmp_path: Path, shape: tuple[int, int]) -> None:
    with pytest.raises(UserError, match="pixels are too few"):
        decode(write(tmp_path / "a.png", np.zeros(shape, np.uint8)))


@pytest.mark.parametrize("suffix", [".tiff", ".webp", ".png"])
def test_several_pictures_in_one_file(tmp_path: Path, picture: np.ndarray, suffix: str) -> None:
    image = Image.fromarray(picture)
    other = Image.fromarray(255 - picture)
    path = save(tmp_path / f"a{suffix}", image, save_all=True, append_images=[other])
    with pytest.raises(
        UserError, match="holds 2 pictures; save the radiograph as a file of its own"
    ):
        decode(path)


def _gif() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.zeros((20, 20), np.uint8)).save(file, "GIF")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.7 ....", "not a PNG, JPEG, WebP, TIFF, BMP or DICOM file"),
        (_gif(), "not a PNG, JPEG, WebP, TIFF, BMP or DICOM file"),
        (b"BM, that is a text", "could not be decoded; the BMP header is damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40) + b"IEND....", "could not be decoded; the PNG header"),
    ],
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
    path = write(tmp_path / "a.tiff", np.zeros((20, 20), np.float32))
    with pytest.raises(UserError, match="pixels are float32"):
        decode(path)
