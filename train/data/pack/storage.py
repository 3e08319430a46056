"""One picture of a pack as bytes, and back. Nothing is lost: a changed grey level changes codes.

`raw` is the pixels, for memory maps. `lossless` is WebP, or PNG for 16-bit pictures, which WebP
does not hold. `pictures` and `tar` are PNG, which any program opens: on hand radiographs WebP takes
a half to two thirds of PNG's bytes, and seventeen times its time to write.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

Storage = Literal["lossless", "raw", "pictures", "tar"]
_LOSSLESS_WEBP = (cv2.IMWRITE_WEBP_QUALITY, 101)


def to_bytes(picture: np.ndarray, storage: Storage) -> bytes:
    """(h, h) uint8 or uint16, or (3, h, h) uint8 -> what `from_bytes` makes an equal picture of."""
    if storage == "raw":
        return picture.tobytes()
    if picture.ndim == 3:  # red, green, blue; OpenCV takes blue first
        picture = np.ascontiguousarray(picture[::-1].transpose(1, 2, 0))
    is_webp = storage == "lossless" and picture.dtype == np.uint8
    suffix, options = (".webp", _LOSSLESS_WEBP) if is_webp else (".png", ())
    done, encoded = cv2.imencode(suffix, picture, options)
    if not done:
        raise OSError(f"OpenCV could not encode a picture as {suffix}")
    return encoded.tobytes()


def from_bytes(
    content: np.ndarray, storage: Storage, size: int, num_channels: int = 1
) -> np.ndarray:
    """(num_bytes,) uint8 -> (size, size) or (3, size, size), an array of its own."""
    shape = (size, size) if num_channels == 1 else (num_channels, size, size)
    if storage == "raw":
        dtype = np.uint16 if len(content) == 2 * size * size else np.uint8
        return np.array(content).view(dtype).reshape(shape)
    picture = cv2.imdecode(content, cv2.IMREAD_UNCHANGED)
    if num_channels > 1:
        return np.ascontiguousarray(picture[..., ::-1].transpose(2, 0, 1))
    # WebP knows no grey: it comes back as three equal channels.
    return picture if picture.ndim == 2 else np.ascontiguousarray(picture[..., 0])
