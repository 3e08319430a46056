"""Histograms of local binary patterns. `ril.lbp` has them, too."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ril import _core
from ril._arguments import (
    Border,
    HistogramCall,
    Method,
    array_of_codes,
    array_of_pixels,
    bin_count,
    check_histogram,
    check_settings,
    label_count,
    only_finite,
)

__all__ = ["lbp_histogram", "local_binary_pattern_histogram", "num_labels"]


def lbp_histogram(
    codes: npt.ArrayLike,
    num_bins: int,
    *,
    grid: Sequence[int] | None = None,
    normalize: bool = False,
    mask: npt.ArrayLike | None = None,
    num_threads: int = 1,
    out: npt.NDArray[Any] | None = None,
) -> npt.NDArray[Any]:
    """How often each code occurs in a picture, or in each cell of a grid on it.

    Cell (i, j) of a grid (rows, columns) has the pixels of rows i * H // rows to
    (i + 1) * H // rows - 1, and columns likewise; every pixel is in one cell.

    Args:
        codes: (..., H, W), bool or integers in 0..num_bins - 1: from `local_binary_pattern`,
            `square_lbp`, or any picture of few levels.
        num_bins: Number of bins, 1 to 2**24; code k is counted in bin k.
        grid: (rows, columns), at most (H, W); the whole picture if None.
        normalize: Divide by the number of pixels counted, so that each histogram sums to 1; one
            without a counted pixel is 0.
        mask: bool or uint8, of the shape of `codes` or (H, W); pixels where it is 0 or False are
            not counted.
        num_threads: Threads to use; 0 stands for all cores. The result does not depend on it. The
            GIL is released.
        out: Where to put the histograms: an array of the result's shape and dtype, C-contiguous. A
            new array if None.

    Returns:
        (..., num_bins), or (..., rows, columns, num_bins) with a grid: counts as int64, or shares
        as float64 if `normalize`; `out` if it was given.

    Raises:
        TypeError: An argument is of another type or dtype.
        ValueError: A code has no bin, an argument is out of its range, a shape does not fit.

    Example:
        >>> import numpy as np
        >>> from ril.lbp import lbp_histogram
        >>> lbp_histogram(np.array([[0, 1], [2, 2]]), 4)
        array([1, 1, 2, 0])
    """
    number = bin_count(num_bins)
    picture = array_of_codes(codes, number)
    call = check_histogram(picture, number, grid, normalize, mask, num_threads, out)
    _core.lbp_histogram(call.pictures, call.mask, call.num_threads, call.counts)
    return _finish(call)


def local_binary_pattern_histogram(
    image: npt.ArrayLike,
    P: int,
    R: float,
    method: Method = "uniform",
    *,
    grid: Sequence[int] | None = None,
    normalize: bool = False,
    mask: npt.ArrayLike | None = None,
    border: Border = "edge",
    num_threads: int = 1,
    out: npt.NDArray[Any] | None = None,
    check_finite: bool = True,
) -> npt.NDArray[Any]:
    """The histogram of `local_binary_pattern`, without the picture of codes.

    The bins are the values of the method, `num_labels(P, method)` of them; for `ror` they are the
    rotation classes in ascending order, 36 at P = 8.

    A mask chooses the pixels that are counted; their samples still read pixels outside it. To leave
    these out, too, erode the mask by the radius, rounded up.

    Args:
        image: (..., H, W), as in `ril.lbp.local_binary_pattern`.
        P: Number of samples, 1 to 31; for `rank` up to 24, for `default` and `ror` up to 16.
        R: Radius in pixels, above 0.
        method: As in `ril.lbp.local_binary_pattern`, but not `var`.
        grid: As in `lbp_histogram`.
        normalize: As in `lbp_histogram`.
        mask: As in `lbp_histogram`.
        border: As in `ril.lbp.local_binary_pattern`.
        num_threads: As in `lbp_histogram`.
        out: As in `lbp_histogram`.
        check_finite: As in `ril.lbp.local_binary_pattern`.

    Returns:
        As `lbp_histogram`.

    Raises:
        TypeError: As `ril.lbp.local_binary_pattern` and `lbp_histogram`.
        ValueError: As `ril.lbp.local_binary_pattern` and `lbp_histogram`, or the method has no
            bins or too many.

    Example:
        >>> import numpy as np
        >>> from ril.lbp import local_binary_pattern_histogram
        >>> local_binary_pattern_histogram(np.full((2, 3), 7, np.uint8), 8, 1)
        array([0, 0, 0, 0, 0, 0, 0, 0, 6, 0])
    """
    settings = check_settings(((P, R),), method, border, num_threads)
    number = label_count(P, method)
    picture = array_of_pixels(image)
    call = check_histogram(picture, number, grid, normalize, mask, num_threads, out)
    if check_finite:
        only_finite(picture)
    ((points, radius),) = settings.scales
    _core.local_binary_pattern_histogram(
        call.pictures,
        points,
        radius,
        settings.method,
        settings.border,
        call.mask,
        call.num_threads,
        call.counts,
    )
    return _finish(call)


def num_labels(P: int, method: Method) -> int:
    """The number of bins of `local_binary_pattern_histogram`.

    | method        | bins                                               | P = 8 |
    |---------------|----------------------------------------------------|-------|
    | `default`     | 2**P                                               | 256   |
    | `ror`         | rotation classes                                   | 36    |
    | `rank`        | 256                                                | 256   |
    | `uniform`     | P + 2                                              | 10    |
    | `nri_uniform` | P (P - 1) + 3                                      | 59    |

    Every value of `local_binary_pattern` is below it, except for `ror`, whose values are codes
    below 2**P.

    Args:
        P: Number of samples, as in `local_binary_pattern_histogram`.
        method: One of the table above.

    Returns:
        The number of bins.

    Raises:
        TypeError: P is not an integer.
        ValueError: P is out of its range, or the method has no bins.
    """
    return label_count(P, method)


def _finish(call: HistogramCall) -> npt.NDArray[Any]:
    counts = call.counts.reshape(call.histograms.shape)
    if call.normalize:
        total = counts.sum(axis=-1, keepdims=True)
        np.divide(counts, np.maximum(total, 1), out=call.histograms)
    else:
        call.histograms[...] = counts
    return call.histograms
