"""Read one radiograph from a file, known by its content."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from train.data.formats.dicom import decode_dicom
from train.data.formats.dicom_tags import FilmTags
from train.data.formats.grey import to_grey
from train.data.formats.header import read_header
from train.data.formats.orientation import turned_upright
from train.data.formats.signatures import FORMATS, Format, recognise, refuse_truncated
from train.data.picture_file import PictureFile
from train.errors import UserError

# What OpenCV has to say about a damaged file is in the error that a person gets.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


class Film(NamedTuple):
    """A radiograph, (H, W) uint8 or uint16, and what its file says of it, if that is DICOM."""

    picture: np.ndarray
    tags: FilmTags


def decode(path: PictureFile) -> np.ndarray:
    """Decode a radiograph as its file means it to be shown.

    Args:
        path: a PNG, JPEG, WebP, TIFF, BMP or DICOM file, also one in a tar file; known by its
            content, not by its name.

    Returns:
        (H, W) uint8 or uint16 grey values, turned by the file's EXIF orientation; 16-bit files stay
        16-bit. Colour is reduced to its luminance, transparency is laid on black. DICOM goes
        through its modality, VOI and presentation transformations (`decode_dicom`).

    Raises:
        UserError: the file is missing, empty, cut short, damaged, of another kind, too small or too
            large, holds several pictures, or is not 8 or 16 bit.
    """
    return read_film(path).picture


def read_film(path: PictureFile) -> Film:
    """`decode`, and the tags of a DICOM file."""
    content = _read(path)
    kind = recognise(content)
    if kind is None:
        raise UserError(f"{path}: not a {FORMATS} file")
    if kind == "DICOM":
        return Film(*decode_dicom(content, path))
    return Film(_decode_picture(content, kind, path), FilmTags())


def _read(path: PictureFile) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error
    if not content:
        raise UserError(f"{path}: the file is empty; fetch it again")
    return content


def _decode_picture(content: bytes, kind: Format, path: PictureFile) -> np.ndarray:
    refuse_truncated(content, kind, path)
    header = read_header(content, kind, path)
    try:
        picture = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise UserError(f"{path}: could not be decoded: {error.err}") from error
    if picture is None:
        raise UserError(f"{path}: could not be decoded; the {kind} file is damaged or cut short")
    if picture.dtype not in (np.uint8, np.uint16):
        raise UserError(f"{path}: pixels are {picture.dtype}; radiographs are 8 or 16 bit")
    grey = to_grey(picture, path, alpha_is_applied=_libtiff_applied_alpha(picture, kind, path))
    if header.white_is_zero and grey.dtype == np.uint16:  # libtiff does it for 8 bit
        grey = np.iinfo(np.uint16).max - grey
    return turned_upright(grey, header.orientation)


def _libtiff_applied_alpha(picture: np.ndarray, kind: Format, path: PictureFile) -> bool:
    if kind != "TIFF" or picture.ndim == 2 or picture.shape[2] < 4:
        return False
    if picture.dtype == np.uint16:  # the file alone knows whether it is applied; too rare to ask
        raise UserError(f"{path}: a 16-bit TIFF with an alpha channel; save it without one")
    return True
