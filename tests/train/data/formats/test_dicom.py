"""DICOM files that the test writes, and those that pydicom carries."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from train.data.decode import decode
from train.errors import UserError

pydicom = pytest.importorskip("pydicom", reason="needs the extra `dicom`")
uid = importlib.import_module("pydicom.uid")


def dicom_file(folder: Path, pixels: np.ndarray, **tags: object) -> Path:
    """A CR image of (H, W) or (frames, H, W) unsigned or signed values, MONOCHROME2 by default."""
    path = folder / "a.dcm"
    dataset(pixels, **tags).save_as(path, enforce_file_format=True)
    return path


def dataset(pixels: np.ndarray, **tags: object):
    made = pydicom.Dataset()
    made.file_meta = pydicom.dataset.FileMetaDataset()
    made.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    made.SOPClassUID = uid.ComputedRadiographyImageStorage
    made.SOPInstanceUID = "1.2.3"
    made.Modality = "CR"
    made.PhotometricInterpretation = "MONOCHROME2"
    made.SamplesPerPixel = 1
    made.Rows, made.Columns = pixels.shape[-2:]
    made.BitsAllocated = 8 * pixels.itemsize
    made.PixelRepresentation = int(pixels.dtype.kind == "i")
    for name, value in tags.items():
        setattr(made, name, value)
    made.BitsStored = tags.get("BitsStored", made.BitsAllocated)
    made.HighBit = made.BitsStored - 1
    made.PixelData = pixels.tobytes()
    return made


@pytest.fixture
def twelve_bits() -> np.ndarray:
    pixels = np.random.default_rng(0).integers(0, 4096, (40, 32), dtype=np.uint16)
    pixels[0, :2] = 0, 4095
    return pixels


def test_stored_values_are_kept(tmp_path: Path, twelve_bits: np.ndarray) -> None:
    decoded = decode(dicom_file(tmp_path, twelve_bits, BitsStored=12))
    assert decoded.dtype == np.uint16
    np.testing.assert_array_equal(decoded, twelve_bits)
    eight_bits = (twelve_bits >> 4).astype(np.uint8)
    decoded = decode(dicom_file(tmp_path, eight_bits))
    assert decoded.dtype == np.uint8
    np.testing.assert_array_equal(decoded, eight_bits)


@pytest.mark.parametrize(
    "tags",
    [
        {"PhotometricInterpretation": "MONOCHROME1"},
        {"PresentationLUTShape": "INVERSE"},
        {"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE"},
    ],
)
def test_white_is_zero_is_inverted_once(
    tmp_path: Path, twelve_bits: np.ndarray, tags: dict[str, str]
) -> None:
    decoded = decode(dicom_file(tmp_path, twelve_bits, BitsStored=12, **tags))
    np.testing.assert_array_equal(decoded, 4095 - twelve_bits)


def test_inversion_comes_after_the_window(tmp_path: Path, twelve_bits: np.ndarray) -> None:
    """A low, narrow window blacks out what is under it; inverted first, it would be all white."""
    window = {"WindowCenter": 500, "WindowWidth": 201}
    decoded = decode(
        dicom_file(
            tmp_path, twelve_bits, BitsStored=12, PhotometricInterpretation="MONOCHROME1", **window
        )
    )
    np.testing.assert_array_equal(decoded[twelve_bits <= 399], decoded.max())
    np.testing.assert_array_equal(decoded[twelve_bits >= 600], 0)


def test_rescale_comes_before_the_window(tmp_path: Path, twelve_bits: np.ndarray) -> None:
    """The window is in the units that the slope and intercept make of the stored values."""
    tags = {"RescaleSlope": 2, "RescaleIntercept": -1000, "WindowCenter": 0, "WindowWidth": 401}
    decoded = decode(dicom_file(tmp_path, twelve_bits, BitsStored=12, **tags))
    np.testing.assert_array_equal(
        decoded[2 * twelve_bits.astype(int) - 1000 <= -201], decoded.min()
    )
    np.testing.assert_array_equal(decoded[2 * twelve_bits.astype(int) - 1000 >= 200], decoded.max())
    between = decoded[(twelve_bits > 410) & (twelve_bits < 590)]
    assert between.size
    assert decoded.min() < between.min()
    assert between.max() < decoded.max()


def test_a_negative_slope_inverts(tmp_path: Path, twelve_bits: np.ndarray) -> None:
    tags = {"RescaleSlope": -1, "RescaleIntercept": 4095}
    decoded = decode(dicom_file(tmp_path, twelve_bits, BitsStored=12, **tags))
    np.testing.assert_array_equal(decoded, 4095 - twelve_bits)


def test_signed_values_are_stretched(tmp_path: Path) -> None:
    pixels = np.linspace(-1000, 3000, 40 * 32).astype(np.int16).reshape(40, 32)
    decoded = decode(dicom_file(tmp_path, pixels))
    assert (decoded.dtype, decoded.min(), decoded.max()) == (np.uint16, 0, 65535)
    assert (np.diff(decoded.ravel().astype(int)) >= 0).all()


def test_voi_lut_is_applied(tmp_path: Path, twelve_bits: np.ndarray) -> None:
    item = pydicom.Dataset()
    item.LUTDescriptor = [4096, 0, 16]
    item.add_new("LUTData", "OW", (np.arange(4096, dtype=np.uint16)[::-1] // 2).tobytes())
    path = dicom_file(tmp_path, twelve_bits, BitsStored=12, VOILUTSequence=[item])
    np.testing.assert_array_equal(decode(path), (4095 - twelve_bits) // 2)


def test_padding_is_black(tmp_path: Path, twelve_bits: np.ndarray) -> None:
    twelve_bits[:, :5] = 4000
    tags = {"PixelPaddingValue": 4000, "BitsStored": 12}
    decoded = decode(dicom_file(tmp_path, twelve_bits, **tags))
    np.testing.assert_array_equal(decoded[:, :5], decoded[:, 5:].min())
    np.testing.assert_array_equal(
        decoded[1:, 5:], np.where(twelve_bits == 4000, decoded.min(), twelve_bits)[1:, 5:]
    )


@pytest.mark.parametrize("syntax", ["RLELossless", "JPEG2000Lossless"])
def test_compressed_pixels_are_exact(tmp_path: Path, twelve_bits: np.ndarray, syntax: str) -> None:
    made = dataset(twelve_bits, BitsStored=12)
    made.compress(getattr(uid, syntax))
    path = tmp_path / "a.dcm"
    made.save_as(path, enforce_file_format=True)
    np.testing.assert_array_equal(decode(path), twelve_bits)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("SC_rgb_jpeg_dcmtk.dcm", (100, 100)),
        ("SC_rgb_jpeg_gdcm.dcm", (100, 100)),
        ("SC_rgb_gdcm_KY.dcm", (100, 100)),
        ("SC_rgb_rle_16bit.dcm", (100, 100)),
        ("SC_rgb_jls_lossy_line.dcm", (100, 100)),
        ("image_dfl.dcm", (512, 512)),
        ("SC_ybr_full_422_uncompressed.dcm", (100, 100)),
    ],
)
def test_files_of_other_programs(name: str, shape: tuple[int, int]) -> None:
    """JPEG, JPEG lossless, JPEG 2000, RLE, JPEG-LS, deflated, subsampled colour."""
    path = Path(pydicom.data.get_testdata_file(name, download=False))
    decoded = decode(path)
    assert decoded.shape == shape
    assert decoded.std() > 0


def test_colour_is_the_luminance_of_red_green_blue(tmp_path: Path) -> None:
    pixels = np.zeros((20, 20, 3), np.uint8)
    pixels[:10, :, 0] = 200
    pixels[10:, :, 2] = 200
    made = dataset(pixels[..., 0], PhotometricInterpretation="RGB", PlanarConfiguration=0)
    made.SamplesPerPixel = 3
    made.PixelData = pixels.tobytes()
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    decoded = decode(tmp_path / "a.dcm")
    assert (decoded[0, 0], decoded[19, 0]) == (60, 23)


def test_several_frames_are_refused(tmp_path: Path) -> None:
    path = dicom_file(tmp_path, np.zeros((3, 20, 20), np.uint8), NumberOfFrames=3)
    with pytest.raises(UserError, match=r"a\.dcm: holds 3 pictures"):
        decode(path)


def test_a_picture_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    made = dataset(np.zeros((20, 20), np.uint8))
    made.Rows = made.Columns = 30000
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    with pytest.raises(UserError, match="30000 x 30000 pixels are more than"):
        decode(tmp_path / "a.dcm")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("CT_small.dcm", "CT Image Storage of modality CT; expected a plain radiograph"),
        ("MR_small.dcm", "of modality MR; expected a plain radiograph"),
        ("rtplan.dcm", "RT Plan Storage, which holds no picture"),
        ("test-SR.dcm", "SR Storage, which holds no picture"),
    ],
)
def test_what_is_no_radiograph_is_refused_by_its_tags(name: str, message: str) -> None:
    path = Path(pydicom.data.get_testdata_file(name, download=False))
    with pytest.raises(UserError, match=message):
        decode(path)


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("syntax", [None, "RLELossless", "JPEG2000Lossless"])
def test_cut_short(
    tmp_path: Path, twelve_bits: np.ndarray, kept: float, syntax: str | None
) -> None:
    made = dataset(twelve_bits, BitsStored=12)
    if syntax:
        made.compress(getattr(uid, syntax))
    path = tmp_path / "a.dcm"
    made.save_as(path, enforce_file_format=True)
    path.write_bytes(path.read_bytes()[: int(kept * path.stat().st_size)])
    with pytest.raises(UserError, match=r"a\.dcm: "):
        decode(path)


def test_an_unknown_transfer_syntax_is_named(tmp_path: Path, twelve_bits: np.ndarray) -> None:
    made = dataset(twelve_bits, BitsStored=12)
    made.compress(uid.RLELossless)
    made.file_meta.TransferSyntaxUID = uid.MPEG2MPML
    made.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    with pytest.raises(UserError, match=r"transfer syntax MPEG2 Main Profile"):
        decode(tmp_path / "a.dcm")


def test_without_pydicom_the_error_says_what_to_install(
    tmp_path: Path, twelve_bits: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = dicom_file(tmp_path, twelve_bits, BitsStored=12)
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(
        UserError, match=r"DICOM needs pydicom and its codecs; pip install 'ril\[dic"
    ):
        decode(path)
