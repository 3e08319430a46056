"""Read one radiograph from a PNG, JPEG, WebP or TIFF file."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from train.errors import UserError

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff")


def decode(path: Path) -> np.ndarray:
    """Decode a radiograph as it is stored.

    Args:
        path: a PNG, JPEG, WebP or TIFF file, known by its content, not by its name.

    Returns:
        (H, W) uint8 or uint16 grey values; 16-bit files stay 16-bit. Colour is reduced to its
        luminance, an alpha channel is dropped.

    Raises:
        UserError: the file is missing, empty, cut short, of another kind, or not 8 or 16 bit.
    """
    content = _read(path)
    _refuse_unknown_or_truncated(content, path)
    try:
        picture = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise UserError(f"{path}: could not be decoded: {error.err}") from error
    if picture is None:
        raise UserError(f"{path}: could not be decoded; the file is damaged")
    if picture.dtype not in (np.uint8, np.uint16):
        raise UserError(f"{path}: pixels are {picture.dtype}; radiographs are 8 or 16 bit")
    return _to_grey(picture, path)


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from error
    if not content:
        raise UserError(f"{path}: the file is empty")
    return content


def _refuse_unknown_or_truncated(content: bytes, path: Path) -> None:
    """OpenCV fills what a cut-off file lacks with grey; a person must be told instead."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        complete = content.rstrip(b"\0")[-12:].find(b"IEND") >= 0
    elif content.startswith(b"\xff\xd8\xff"):
        complete = content.rstrip(b"\0").endswith(b"\xff\xd9")
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        complete = len(content) >= 8 + int.from_bytes(content[4:8], "little")
    elif content[:4] in (b"II*\0", b"MM\0*"):
        complete = True  # strips may lie anywhere; the decoder itself fails on a missing one
    else:
        raise UserError(f"{path}: not a PNG, JPEG, WebP or TIFF file")
    if not complete:
        raise UserError(f"{path}: the file is cut short; fetch it again")


def _to_grey(picture: np.ndarray, path: Path) -> np.ndarray:
    if picture.ndim == 2:
        return picture
    num_channels = picture.shape[2]
    if num_channels not in (3, 4):
        raise UserError(f"{path}: has {num_channels} channels; expected 1, 3 or 4")
    blue, green, red = (picture[..., channel] for channel in range(3))
    if np.array_equal(blue, green) and np.array_equal(green, red):
        return np.ascontiguousarray(blue)
    return cv2.cvtColor(np.ascontiguousarray(picture[..., :3]), cv2.COLOR_BGR2GRAY)
