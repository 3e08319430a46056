"""Recognise a file by its content, whatever its name says."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from train.data.picture_file import PictureFile
from train.errors import UserError

Format = Literal["PNG", "JPEG", "WebP", "TIFF", "BMP", "DICOM"]

FORMATS = "PNG, JPEG, WebP, TIFF, BMP or DICOM"
SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp"),
    *(".dcm", ".dicom"),
)
SIGNATURE_LENGTH = 132


def recognise(content: bytes) -> Format | None:
    """The format of a file by its first `SIGNATURE_LENGTH` bytes; None of any other kind."""
    if content[128:132] == b"DICM":  # first: the 128 bytes before it may imitate a TIFF
        return "DICOM"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WebP"
    if content[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "TIFF"
    if content.startswith(b"BM"):
        return "BMP"
    return None


def is_picture_file(path: Path) -> bool:
    """Whether a file in a folder of radiographs is meant to be one.

    Known by its suffix; DICOM files often have none, or the end of a UID, and are known by content.
    """
    if path.suffix.lower() in SUFFIXES:
        return True
    if path.name.startswith(".") or path.name == "DICOMDIR" or not path.is_file():
        return False
    with path.open("rb") as file:
        return recognise(file.read(SIGNATURE_LENGTH)) == "DICOM"


def refuse_truncated(content: bytes, kind: Format, path: PictureFile) -> None:
    """Raise a UserError for a PNG, JPEG or WebP file cut short: OpenCV fills what lacks with grey.

    The decoders of TIFF, BMP and DICOM fail on what is missing themselves.
    """
    if kind == "PNG":
        complete = content.rstrip(b"\0")[-12:].find(b"IEND") >= 0
    elif kind == "JPEG":  # the end of the scan must follow its start: a thumbnail has both, too
        complete = content.rfind(b"\xff\xd9") > content.rfind(b"\xff\xda") >= 0
    elif kind == "WebP":
        complete = len(content) >= 8 + int.from_bytes(content[4:8], "little")
    else:
        complete = True
    if not complete:
        raise UserError(f"{path}: the file is cut short; fetch it again")
