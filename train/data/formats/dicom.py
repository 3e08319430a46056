"""One radiograph from a DICOM file: stored values -> modality -> VOI -> presentation -> grey."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import numpy as np

from train.data.formats.dicom_tags import FilmTags, read_tags
from train.data.formats.grey import to_grey
from train.data.formats.header import refuse_several, refuse_size
from train.data.picture_file import PictureFile
from train.errors import UserError

if TYPE_CHECKING:
    from pydicom import Dataset

RADIOGRAPHY = {
    "CR": "computed radiography",
    "DX": "digital radiography",
    "RG": "radiographic imaging",
    "RF": "radio fluoroscopy",
    "OT": "other",
}
"""Values of Modality that may be a plain film; an absent one may be, too."""


def decode_dicom(content: bytes, path: PictureFile) -> tuple[np.ndarray, FilmTags]:
    """Decode a DICOM radiograph to what its display would show, bones and air as it says.

    The transformations come in the standard's order: modality LUT or rescale slope and intercept;
    the first VOI LUT or else the first window; presentation LUT, or one inversion where
    Photometric Interpretation is MONOCHROME1 or Presentation LUT Shape is INVERSE. Pixel padding
    becomes black.

    Args:
        content: the whole file.
        path: for the error.

    Returns:
        (H, W): uint8 where at most 8 bits are stored and the result is whole numbers in 0..255;
        else uint16, as it is where it is whole numbers in 0..65535, or stretched to that range.
        And what the file says of the film.

    Raises:
        UserError: not a projection radiograph, several frames, too large, damaged, compressed in a
            way that is not supported, or pydicom is not installed.
    """
    try:
        import pydicom
    except ImportError as error:
        raise UserError(
            f"{path}: DICOM needs pydicom and its codecs; pip install 'ril[dicom]'"
        ) from error
    with warnings.catch_warnings():  # pydicom's, on tags that do not concern the picture
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(io.BytesIO(content))
            _refuse_other_than_radiograph(dataset, path)
            stored = _stored_values(dataset, path)
            return _displayed(dataset, stored, path), read_tags(dataset)
        except UserError:
            raise
        except Exception as error:  # damaged tags make pydicom raise nearly anything
            raise UserError(f"{path}: the DICOM file is damaged: {_first_line(error)}") from error


def _refuse_other_than_radiograph(dataset: Dataset, path: PictureFile) -> None:
    kind = dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID")
    name = getattr(kind, "name", None) or "object of no class"
    if "PixelData" not in dataset:
        raise UserError(f"{path}: is a DICOM {name}, which holds no picture")
    modality = dataset.get("Modality") or ""
    if modality and modality not in RADIOGRAPHY:
        raise UserError(
            f"{path}: is a DICOM {name} of modality {modality}; expected a plain radiograph "
            f"({', '.join(RADIOGRAPHY)})"
        )
    refuse_several(int(dataset.get("NumberOfFrames") or 1), path)
    refuse_size(int(dataset.Columns), int(dataset.Rows), path)


def _stored_values(dataset: Dataset, path: PictureFile) -> np.ndarray:
    from pydicom.pixels import pixel_array

    try:
        return pixel_array(dataset)
    except Exception as error:  # each codec has its own exceptions
        syntax = dataset.file_meta.TransferSyntaxUID.name
        raise UserError(
            f"{path}: the DICOM pixels could not be decoded (transfer syntax {syntax}): "
            f"{_first_line(error)}"
        ) from error


def _displayed(dataset: Dataset, stored: np.ndarray, path: PictureFile) -> np.ndarray:
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        from pydicom.pixels import apply_color_lut

        stored = apply_color_lut(stored, dataset)
    if stored.ndim == 3:
        if stored.dtype not in (np.uint8, np.uint16):
            raise UserError(f"{path}: colours are {stored.dtype}; expected 8 or 16 bit")
        return to_grey(stored[..., ::-1], path)
    values = _through_luts(dataset, stored)
    padding = _is_padding(dataset, stored)
    if padding.all():
        raise UserError(f"{path}: all of the picture is padding")
    values[padding] = values[~padding].min()
    return _as_unsigned(values, eight_bits=int(dataset.BitsStored) <= 8)


def _through_luts(dataset: Dataset, stored: np.ndarray) -> np.ndarray:
    from pydicom.pixels import apply_modality_lut, apply_presentation_lut, apply_voi_lut

    values = apply_voi_lut(apply_modality_lut(stored, dataset), dataset)
    if "PresentationLUTSequence" in dataset:
        values = apply_presentation_lut(values, dataset)
    elif (
        dataset.PhotometricInterpretation == "MONOCHROME1"
        or dataset.get("PresentationLUTShape") == "INVERSE"
    ):  # a proper MONOCHROME1 file says both and means one inversion
        values = values.max() - values.astype(np.float64)
    return values.astype(np.float64)


def _is_padding(dataset: Dataset, stored: np.ndarray) -> np.ndarray:
    first = dataset.get("PixelPaddingValue")
    if first is None:
        return np.zeros(stored.shape, dtype=bool)
    last = dataset.get("PixelPaddingRangeLimit", first)
    return (stored >= min(first, last)) & (stored <= max(first, last))


def _as_unsigned(values: np.ndarray, *, eight_bits: bool) -> np.ndarray:
    lowest, highest = float(values.min()), float(values.max())
    kept = np.uint8 if eight_bits else np.uint16
    if lowest >= 0 and highest <= np.iinfo(kept).max and (values == np.rint(values)).all():
        return values.astype(kept)
    span = np.iinfo(np.uint16).max / max(highest - lowest, 1e-12)
    return np.rint((values - lowest) * span).astype(np.uint16)


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
