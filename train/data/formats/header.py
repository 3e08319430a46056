"""What the header of a picture file says, before anything is decompressed."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from train.data.formats.signatures import Format
from train.data.picture_file import PictureFile
from train.errors import UserError

MIN_SIDE = 16
MAX_PIXELS = 100_000_000
"""Five times the largest hand on the finest detectors; a picture bomb has more."""

_EXIF_ORIENTATION = 0x0112
_TIFF_PHOTOMETRIC = 262
_TIFF_WHITE_IS_ZERO = 0

# Pillow warns at a limit of its own; `refuse_size` is ours.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class Header:
    """Facts that OpenCV does not tell.

    Attributes:
        orientation: the EXIF code 1..8 of how to turn the stored picture; 1 is upright.
        white_is_zero: a TIFF whose smallest value is white.
    """

    orientation: int
    white_is_zero: bool


def read_header(content: bytes, kind: Format, path: PictureFile) -> Header:
    """Read the header of a PNG, JPEG, WebP, TIFF or BMP file.

    Raises:
        UserError: it is damaged, the picture is too small or too large, or there are several.
    """
    with warnings.catch_warnings():  # Pillow's, on tags that do not concern the picture
        warnings.simplefilter("ignore")
        try:
            image = Image.open(io.BytesIO(content), formats=(kind,))
            num_pictures = 1 if kind == "JPEG" else getattr(image, "n_frames", 1)
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError) as error:
            raise UserError(
                f"{path}: could not be decoded; the {kind} header is damaged or of a rare kind"
            ) from error
        refuse_size(*image.size, path)
        refuse_several(num_pictures, path)
        if kind == "TIFF":  # OpenCV turns it itself
            photometric = image.tag_v2.get(_TIFF_PHOTOMETRIC)
            return Header(orientation=1, white_is_zero=photometric == _TIFF_WHITE_IS_ZERO)
        return Header(orientation=_exif_orientation(image), white_is_zero=False)


def refuse_size(width: int, height: int, path: PictureFile) -> None:
    """Raise a UserError for a picture that no radiograph of a hand is as small or large as."""
    if width * height > MAX_PIXELS:
        raise UserError(
            f"{path}: {width} x {height} pixels are more than {MAX_PIXELS:,}; save it smaller"
        )
    if min(width, height) < MIN_SIDE:
        raise UserError(
            f"{path}: {width} x {height} pixels are too few; each side needs {MIN_SIDE}"
        )


def refuse_several(num_pictures: int, path: PictureFile) -> None:
    """Raise a UserError for a file that holds more than one picture."""
    if num_pictures > 1:
        raise UserError(
            f"{path}: holds {num_pictures} pictures; save the radiograph as a file of its own"
        )


def _exif_orientation(image: Image.Image) -> int:
    stored = image.info.get("exif")
    if not stored:
        return 1
    exif = Image.Exif()
    try:
        exif.load(stored)
        orientation = exif.get(_EXIF_ORIENTATION, 1)
    except (OSError, SyntaxError, ValueError, TypeError):  # unreadable EXIF says nothing
        return 1
    return orientation if orientation in range(1, 9) else 1
