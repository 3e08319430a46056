"""Local binary patterns: exact on integer pictures, the same codes on every machine.

For each pixel, P samples lie on the circle of radius R around it: sample p at row offset
-R sin(2 pi p / P) and column offset +R cos(2 pi p / P), so that bit 0 is on the right and bits run
counter-clockwise. Bilinear weights are rounded to integers, `q = rint(2**14 * w)`, and

    bit p = [ sum_k q_k * (I_k - I_centre) >= 0 ]        code = sum_p 2**p * bit_p

On integer pictures this is integer arithmetic, so rotations by 90 degrees, flips, `I + b` and
`a * I + b` (a > 0) change nothing that they should not. `ril.reference` is the same in plain
Python. `square_lbp` is the older 3x3 pattern without interpolation, which is *not* the circular
pattern at (8, 1): there the diagonal samples lie between pixels.

Source: Ojala, Pietikainen, Maenpaa, "Multiresolution gray-scale and rotation invariant texture
classification with local binary patterns", IEEE TPAMI 24(7), 2002.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ril import _core
from ril._arguments import Border, Call, Method, check_circular, check_square, scale_pairs
from ril.histogram import lbp_histogram, local_binary_pattern_histogram, num_labels

__all__ = [
    "Border",
    "Method",
    "lbp_histogram",
    "local_binary_pattern",
    "local_binary_pattern_histogram",
    "multiscale_lbp",
    "num_labels",
    "square_lbp",
]


def local_binary_pattern(
    image: npt.ArrayLike,
    P: int,
    R: float,
    method: Method = "default",
    *,
    border: Border = "edge",
    num_threads: int = 1,
    out: npt.NDArray[Any] | None = None,
    check_finite: bool = True,
) -> npt.NDArray[Any]:
    """Local binary patterns of a picture, or of any number of them.

    | method        | value of a pixel                                        | dtype            |
    |---------------|---------------------------------------------------------|------------------|
    | `default`     | the code                                                | smallest that    |
    | `ror`         | the smallest of the P rotations of the code             | holds 2**P - 1   |
    | `rank`        | index of `ror` among its n values: 255 * index // (n-1) | uint8            |
    | `uniform`     | number of ones if at most two transitions, else P + 1   | uint8            |
    | `nri_uniform` | one of P (P - 1) + 3 labels, numbered as scikit-image   | uint8 or uint16  |
    | `var`         | variance of the P samples, in squared units of `image`  | float32          |

    Integer pictures of any dtype give exact results. Floating-point pictures are summed in double
    precision in a fixed order, `((q0*d0 + q1*d1) + q2*d2) + q3*d3` over the taps top left, top
    right, bottom left, bottom right that have a weight.

    `var` takes s_p = sum_k q_k * (I_k - I_centre), which leaves the variance as it is and makes it
    0 on a constant patch, and then, in double precision and ascending p,
    mean = (s_0 + s_1 + ...) / P and ((s_0 - mean)**2 + (s_1 - mean)**2 + ...) / P / 2**28.

    Args:
        image: (H, W), or (..., H, W) with any leading axes; bool, any integer dtype, float32 or
            float64. Axes of length 0 give an empty result. Copied if not C-contiguous.
        P: Number of samples, 1 to 31; for `rank` up to 24.
        R: Radius in pixels, above 0; may exceed the picture.
        method: One of the table above.
        border: What lies outside: `edge` repeats the nearest pixel, `constant` is 0, `reflect`
            mirrors about the outermost pixels, as `numpy.pad` does.
        num_threads: Threads to use; 0 stands for all cores this process may use, or for one in a
            forked child. The result does not depend on it. The GIL is released.
        out: Where to put the values: an array of the result's shape and dtype, C-contiguous,
            sharing no memory with `image`. A new array if None.
        check_finite: Refuse NaN and infinity in floating-point pictures. If False, a comparison
            with NaN gives bit 0.

    Returns:
        The values, of the shape of `image`; `out` if it was given.

    Raises:
        TypeError: `image` or `out` is of another dtype, P or `num_threads` is not an integer, R is
            not a number.
        ValueError: An argument is out of its range, `image` has fewer than two axes or is not
            finite, `out` cannot take the values in place.

    Example:
        >>> import numpy as np
        >>> from ril.lbp import local_binary_pattern
        >>> local_binary_pattern(np.full((2, 3), 7, np.uint8), 8, 1, "ror")
        array([[255, 255, 255],
               [255, 255, 255]], dtype=uint8)
    """
    return _run(
        check_circular(
            image, ((P, R),), method, border, num_threads, out, check_finite, scale_axis=False
        )
    )


def multiscale_lbp(
    image: npt.ArrayLike,
    scales: Sequence[tuple[int, float]] = ((8, 1), (16, 2), (24, 3)),
    method: Method = "rank",
    *,
    border: Border = "edge",
    num_threads: int = 1,
    out: npt.NDArray[Any] | None = None,
    check_finite: bool = True,
) -> npt.NDArray[Any]:
    """Local binary patterns at several scales in one pass.

    Args:
        image: (..., H, W), as in `local_binary_pattern`.
        scales: S pairs (P, R).
        method: As in `local_binary_pattern`. The default, `rank`, gives a texture picture whose
            values mean the same at each scale.
        border: As in `local_binary_pattern`.
        num_threads: As in `local_binary_pattern`.
        out: As in `local_binary_pattern`.
        check_finite: As in `local_binary_pattern`.

    Returns:
        (..., S, H, W), the scales in the order given, of the smallest dtype that holds every one.

    Raises:
        TypeError: As `local_binary_pattern`, or `scales` is not a sequence of pairs.
        ValueError: As `local_binary_pattern`, or `scales` is empty.

    Source: as `local_binary_pattern`; `rank` is this package's own numbering.
    """
    return _run(
        check_circular(
            image,
            scale_pairs(scales),
            method,
            border,
            num_threads,
            out,
            check_finite,
            scale_axis=True,
        )
    )


def square_lbp(
    image: npt.ArrayLike,
    *,
    border: Border = "edge",
    num_threads: int = 1,
    out: npt.NDArray[Any] | None = None,
    check_finite: bool = True,
) -> npt.NDArray[np.uint8]:
    """Local binary patterns of the square 3x3 neighbourhood, without interpolation.

    `code = sum_p 2**p * [I_p >= I_centre]` over the eight neighbours, bit 0 on the right, then
    counter-clockwise, as in the circular operator:

        3 2 1
        4 . 0
        5 6 7

    Args:
        image: (..., H, W), as in `local_binary_pattern`.
        border: As in `local_binary_pattern`.
        num_threads: As in `local_binary_pattern`.
        out: uint8, otherwise as in `local_binary_pattern`.
        check_finite: As in `local_binary_pattern`.

    Returns:
        The codes, uint8, of the shape of `image`; `out` if it was given.

    Raises:
        TypeError: As `local_binary_pattern`.
        ValueError: As `local_binary_pattern`.

    Source: Ojala, Pietikainen, Harwood, "A comparative study of texture measures with
    classification based on featured distributions", Pattern Recognition 29(1), 1996.
    """
    call = check_square(image, border, num_threads, out, check_finite)
    _core.square_lbp(call.pictures, call.border, call.num_threads, call.values)
    return call.values


def _run(call: Call) -> npt.NDArray[Any]:
    _core.lbp(call.pictures, call.scales, call.method, call.border, call.num_threads, call.values)
    return call.values
