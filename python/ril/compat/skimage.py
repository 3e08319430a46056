"""`skimage.feature.local_binary_pattern` of scikit-image 0.26, bit for bit and faster.

    from ril.compat.skimage import local_binary_pattern

The values are those of scikit-image's wheels for x86-64, whatever the machine. The samples are
interpolated in float64 at coordinates rounded to five decimals; so near ties fall as the rounding
at their place in the picture has it, and codes are not invariant to rotation by 90 degrees or to
`I + b`. `ril.lbp` is; it differs from this where a sample nearly equals the centre, and at the
border unless called with `border="constant"`.

Source: `skimage/feature/_texture.pyx` and `skimage/_shared/interpolation.pxd` of scikit-image 0.26.
"""

import warnings
from functools import lru_cache
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from ril import _core
from ril._arguments import Array, contiguous, num_neighbours, one_of, radius, thread_count

__all__ = ["Method", "local_binary_pattern"]

Method: TypeAlias = Literal["default", "ror", "uniform", "nri_uniform", "var"]


def local_binary_pattern(
    image: npt.ArrayLike, P: int, R: float, method: Method = "default", *, num_threads: int = 1
) -> npt.NDArray[np.float64]:
    """The local binary patterns of scikit-image.

    What differs from scikit-image:

    - P below 1 or above 31 and R that is not finite and above 0 are refused; there, P = 32 and more
      give wrong codes without a word.
    - Another `method` raises ValueError instead of KeyError.
    - Lists are taken as arrays. Complex numbers and objects are refused.

    Args:
        image: (H, W), of bool, an integer or a floating-point dtype; outside it lies 0.
        P: Number of samples, 1 to 31.
        R: Radius in pixels, above 0.
        method: `default`, `ror`, `uniform`, `nri_uniform` or `var`, in upper or lower case.
        num_threads: Not in scikit-image. Threads to use; 0 stands for all cores. The GIL is
            released.

    Returns:
        (H, W) float64: codes, labels (numbered as in `ril.lbp`), or for `var` the variance of the
        samples, NaN where it is 0.

    Warns:
        UserWarning: `image` is of floating point, in scikit-image's words.

    Raises:
        TypeError: `image` is of another dtype, P or `num_threads` is not an integer, R is not a
            number.
        ValueError: An argument is out of its range, `image` is empty or has not two axes.

    Example:
        >>> import numpy as np
        >>> from ril.compat.skimage import local_binary_pattern
        >>> local_binary_pattern(np.zeros((2, 3), np.uint8), 8, 1, method="uniform")
        array([[8., 8., 8.],
               [8., 8., 8.]])
    """
    picture = _picture(image)
    offsets = _offsets(num_neighbours(P, "default"), radius(R))
    word = method.lower() if isinstance(method, str) else method
    chosen = one_of("method", word, get_args(Method))
    threads = thread_count(num_threads)
    if picture.dtype.kind == "f":
        warnings.warn(
            "Applying `local_binary_pattern` to floating-point images may give unexpected results "
            "when small numerical differences between adjacent pixels are present. It is "
            "recommended to use this function with images of integer dtype.",
            stacklevel=2,
        )
    values = np.empty(picture.shape, np.float64)
    _core.skimage_lbp(contiguous(_as_stored(picture)), offsets, chosen, threads, values)
    return values


def _picture(image: npt.ArrayLike) -> Array:
    picture = np.asarray(image)
    if picture.dtype.kind not in "buif":
        raise TypeError(f"image must be of bool, integers or floats, got {picture.dtype}")
    if picture.size == 0:
        raise ValueError("The parameter `image` cannot be an empty array")
    if picture.ndim != 2:
        raise ValueError("The parameter `image` must be a 2-dimensional array")
    return picture


def _as_stored(picture: Array) -> Array:
    """float16 and long doubles become float64, as every dtype does in scikit-image."""
    is_plain = picture.dtype.kind != "f" or picture.dtype.itemsize in (4, 8)
    return picture if is_plain else picture.astype(np.float64)


@lru_cache(maxsize=64)  # as long as a small picture takes
def _offsets(P: int, R: float) -> tuple[tuple[float, float], ...]:
    """Where scikit-image samples: its own expressions, so that every last bit is the same."""
    angles = 2 * np.pi * np.arange(P, dtype=np.float64) / P
    rows = np.round(-R * np.sin(angles), 5)
    columns = np.round(R * np.cos(angles), 5)
    return tuple(zip(rows.tolist(), columns.tolist(), strict=True))
