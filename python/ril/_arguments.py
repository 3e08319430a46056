"""The rules for the arguments of the operator, for every implementation of it alike.

One function per rule; each message names the offending value.
"""

import math
import numbers
import operator
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

Method: TypeAlias = Literal["default", "ror", "rank", "uniform", "nri_uniform", "var"]
Border: TypeAlias = Literal["edge", "constant", "reflect"]
Array: TypeAlias = npt.NDArray[Any]

METHODS: tuple[Method, ...] = get_args(Method)
BORDERS: tuple[Border, ...] = get_args(Border)
MAX_P = 31
MAX_RANK_P = 24
MAX_R = 2**52
MAX_BINS = 2**24
MAX_CODES_P = 16  # of codes as bins

_DTYPES = frozenset(map(np.dtype, "?BbHhIiLlQqfd"))  # long is one of int and long long


class Settings(NamedTuple):
    """What is asked of a picture, checked, and the dtype that holds the answer."""

    scales: tuple[tuple[int, float], ...]
    method: Method
    border: Border
    num_threads: int
    dtype: np.dtype[Any]


class Call(NamedTuple):
    """A call of the operator whose arguments have passed every rule."""

    pictures: Array  # (N, H, W), C-contiguous, native byte order
    scales: tuple[tuple[int, float], ...]
    method: Method
    border: Border
    num_threads: int
    values: Array  # what the caller gets: (..., H, W) or (..., S, H, W)


def check_settings(
    scales: tuple[tuple[object, object], ...], method: object, border: object, num_threads: object
) -> Settings:
    """Check everything but the picture in a call of the circular operator."""
    chosen = one_of("method", method, METHODS)
    plain = tuple([(num_neighbours(P, chosen), radius(R)) for P, R in scales])
    outside = one_of("border", border, BORDERS)
    threads = thread_count(num_threads)
    widest = max([P for P, _ in plain])  # its values need the widest dtype
    return Settings(plain, chosen, outside, threads, value_dtype(chosen, widest))


def check_circular(
    image: npt.ArrayLike,
    scales: tuple[tuple[object, object], ...],
    method: object,
    border: object,
    num_threads: object,
    out: object,
    check_finite: bool,
    *,
    scale_axis: bool,
) -> Call:
    """Check a call of the circular operator; `scale_axis` puts S before (H, W)."""
    plain, chosen, outside, threads, dtype = check_settings(scales, method, border, num_threads)
    picture = array_of_pixels(image)
    shape = picture.shape
    if scale_axis:
        shape = (*shape[:-2], len(plain), *shape[-2:])
    values = room(out, shape, dtype, picture)
    if check_finite:
        only_finite(picture)
    return Call(contiguous(picture), plain, chosen, outside, threads, values)


class HistogramCall(NamedTuple):
    """A call for histograms whose arguments have passed every rule."""

    pictures: Array  # (N, H, W), C-contiguous, native byte order: pixels, or codes
    mask: Array | None  # (N, H, W) uint8
    counts: npt.NDArray[np.int64]  # (N, rows, columns, num_bins), zeros
    num_threads: int
    normalize: bool
    histograms: Array  # what the caller gets: (..., num_bins) or (..., rows, columns, num_bins)


def check_histogram(
    picture: Array,
    num_bins: int,
    grid: object,
    normalize: object,
    mask: npt.ArrayLike | None,
    num_threads: object,
    out: object,
) -> HistogramCall:
    """Check everything but the picture in a call for histograms."""
    *leading, height, width = picture.shape
    cells = grid_cells(grid, height, width)
    if not isinstance(normalize, (bool, np.bool_)):
        raise TypeError(f"normalize must be a bool, got {type(normalize).__name__}")
    counted = None if mask is None else counted_pixels(mask, picture.shape)
    threads = thread_count(num_threads)
    shape = (*leading, *(cells or ()), num_bins)
    histograms = room(out, shape, np.dtype(np.float64 if normalize else np.int64), picture)
    counts = np.zeros((math.prod(leading), *(cells or (1, 1)), num_bins), np.int64)
    pictures = contiguous(picture)
    return HistogramCall(pictures, counted, counts, threads, bool(normalize), histograms)


def check_square(
    image: npt.ArrayLike, border: object, num_threads: object, out: object, check_finite: bool
) -> Call:
    """Check a call of the square operator."""
    outside = one_of("border", border, BORDERS)
    threads = thread_count(num_threads)
    picture = array_of_pixels(image)
    values = room(out, picture.shape, np.dtype(np.uint8), picture)
    if check_finite:
        only_finite(picture)
    return Call(contiguous(picture), ((8, 1.0),), "default", outside, threads, values)


def scale_pairs(scales: object) -> tuple[tuple[object, object], ...]:
    """At least one (P, R)."""
    try:
        pairs = tuple((P, R) for P, R in scales)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise TypeError(f"scales must be a sequence of pairs (P, R), got {scales!r}") from None
    if not pairs:
        raise ValueError("scales must hold at least one pair (P, R), got none")
    return pairs


def num_neighbours(P: object, method: Method) -> int:
    """An integer in 1..31, for `rank` in 1..24."""
    number = _integer("P", P)
    if not 1 <= number <= MAX_P:
        raise ValueError(f"P must be in 1..{MAX_P}, got {number}")
    if method == "rank" and number > MAX_RANK_P:
        raise ValueError(
            f"method 'rank' needs P of at most {MAX_RANK_P}, because its table has 2**P entries, "
            f"got {number}"
        )
    return number


def radius(R: object) -> float:
    """A finite number above 0; 2**52 and more would leave no fraction of a pixel in a double."""
    if not isinstance(R, (int, float)):  # numbers.Real is slow to ask, and holds fewer surprises
        if not isinstance(R, numbers.Real):
            raise TypeError(f"R must be a number, got {type(R).__name__}")
    elif isinstance(R, bool):
        raise TypeError(f"R must be a number, got {type(R).__name__}")
    number = float(R)
    if not (math.isfinite(number) and 0 < number <= MAX_R):
        raise ValueError(f"R must be finite, above 0 and at most 2**52, got {number!r}")
    return number


def thread_count(num_threads: object) -> int:
    """An integer of at least 0."""
    number = _integer("num_threads", num_threads)
    if number < 0:
        raise ValueError(f"num_threads must be 0 (all cores) or more, got {number}")
    return min(number, 1024)


def one_of(name: str, value: object, choices: Sequence[Any]) -> Any:
    """One of the listed words."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
    return value


def bin_count(num_bins: object) -> int:
    """An integer in 1..2**24."""
    number = _integer("num_bins", num_bins)
    if not 1 <= number <= MAX_BINS:
        raise ValueError(f"num_bins must be in 1..2**24, got {number}")
    return number


def label_count(P: object, method: object) -> int:
    """The number of bins of a method that has any."""
    chosen: Method = one_of("method", method, METHODS)
    number = num_neighbours(P, chosen)
    if chosen == "var":
        raise ValueError("method 'var' has no bins: its values are not labels")
    if chosen in ("default", "ror") and number > MAX_CODES_P:
        raise ValueError(
            f"a histogram of {chosen!r} needs P of at most {MAX_CODES_P}, got {number}; "
            "'uniform' has P + 2 bins"
        )
    if chosen == "ror":
        # Burnside: the mean, over the turns, of the number of codes that each leaves as they are.
        return sum(1 << math.gcd(number, turn) for turn in range(number)) // number
    return largest_value(chosen, number) + 1


def grid_cells(grid: object, height: int, width: int) -> tuple[int, int] | None:
    """None, or (rows, columns) of at least one pixel each."""
    if grid is None:
        return None
    if not isinstance(grid, Sequence) or len(grid) != 2:
        raise TypeError(f"grid must be a pair (rows, columns) or None, got {grid!r}")
    cells = (_integer("grid", grid[0]), _integer("grid", grid[1]))
    if not (1 <= cells[0] <= height and 1 <= cells[1] <= width):
        raise ValueError(
            f"grid must have between one row and column and those of the picture, {height} x "
            f"{width}, got {cells}"
        )
    return cells


def counted_pixels(mask: npt.ArrayLike, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """(N, H, W) uint8, not 0 where a pixel counts."""
    counted = np.asarray(mask)
    if counted.dtype not in (np.bool_, np.uint8):
        raise TypeError(f"mask must be of bool or uint8, got {counted.dtype}")
    if counted.shape not in (shape, shape[-2:]):
        raise ValueError(f"mask must have the shape {shape} or {shape[-2:]}, got {counted.shape}")
    return contiguous(np.broadcast_to(counted, shape)).view(np.uint8)


def array_of_codes(codes: npt.ArrayLike, num_bins: int) -> Array:
    """Codes (..., H, W) below num_bins, in the smallest unsigned dtype that can hold them."""
    picture = np.asarray(codes)
    if picture.dtype.kind not in "bui":
        raise TypeError(f"codes must be of bool or integers, got {picture.dtype}")
    if len(picture.shape) < 2:
        raise ValueError(f"codes must have at least two axes (..., H, W), got {picture.shape}")
    smallest = np.min_scalar_type(num_bins - 1)
    if picture.size and not (picture.dtype == smallest and num_bins == np.iinfo(smallest).max + 1):
        lowest, highest = int(picture.min()), int(picture.max())
        if lowest < 0 or highest >= num_bins:
            wrong = lowest if lowest < 0 else highest
            raise ValueError(f"codes must be in 0..{num_bins - 1} for {num_bins} bins, got {wrong}")
    return picture.astype(smallest, copy=False)


def array_of_pixels(image: npt.ArrayLike) -> Array:
    """An array (..., H, W) of a dtype that the operator is defined for."""
    picture = np.asarray(image)
    dtype = picture.dtype
    of_pixels(dtype in _DTYPES or dtype.newbyteorder("=") in _DTYPES, dtype, picture.shape)
    return picture


def of_pixels(is_pixel_dtype: bool, dtype: object, shape: tuple[int, ...]) -> None:
    """(..., H, W) of a dtype that the operator is defined for."""
    if not is_pixel_dtype:
        raise TypeError(
            "image must be of bool, an integer dtype of up to 64 bits, float32 or float64, "
            f"got {dtype}"
        )
    if len(shape) < 2:
        raise ValueError(f"image must have at least two axes (..., H, W), got {shape}")


@lru_cache
def value_dtype(method: Method, P: int) -> np.dtype[Any]:
    """The smallest dtype that holds every value of `method` at P neighbours."""
    return np.dtype(np.float32) if method == "var" else np.min_scalar_type(largest_value(method, P))


def largest_value(method: Method, P: int) -> int:
    """Of the values of `method` at P neighbours, which must not be `var`."""
    largest = {
        "default": (1 << P) - 1,
        "ror": (1 << P) - 1,
        "rank": 255,
        "uniform": P + 1,
        "nri_uniform": P * (P - 1) + 2,
    }
    return largest[method]


def room(out: object, shape: tuple[int, ...], dtype: np.dtype[Any], picture: Array) -> Array:
    """`out`, if it can take the values as they are, or a new array."""
    if out is None:
        return np.empty(shape, dtype)
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be a numpy.ndarray, got {type(out).__name__}")
    if out.dtype != dtype:
        raise TypeError(f"out must be of {dtype}, got {out.dtype}")
    if out.shape != shape:
        raise ValueError(f"out must have the shape {shape}, got {out.shape}")
    if not out.flags.c_contiguous:
        raise ValueError(f"out must be C-contiguous, got the strides {out.strides}")
    if not out.flags.writeable:
        raise ValueError("out must be writeable, got a read-only array")
    if np.may_share_memory(out, picture):
        raise ValueError("out must not share memory with image")
    return out


def only_finite(picture: Array) -> None:
    """No NaN and no infinity."""
    if picture.dtype.kind != "f":
        return
    finite = np.isfinite(picture)
    if not finite.all():
        first = tuple(map(int, np.unravel_index(int(finite.argmin()), picture.shape)))
        raise not_finite(picture.size - int(np.count_nonzero(finite)), first)


def not_finite(number: int, first: tuple[int, ...]) -> ValueError:
    """What to say of NaN or infinity: how many, and where the first one is."""
    return ValueError(
        f"image must be finite, got {number} NaN or infinite pixels, the first at {first} "
        "(check_finite=False compares them as they are)"
    )


def contiguous(picture: Array) -> Array:
    """(N, H, W) as the kernels read it; a copy only if the layout asks for one."""
    *leading, height, width = picture.shape
    if not (picture.flags.c_contiguous and picture.dtype.isnative):
        picture = np.ascontiguousarray(picture, dtype=picture.dtype.newbyteorder("="))
    return picture.reshape(math.prod(leading), height, width)


def _integer(name: str, value: object) -> int:
    if type(value) is int:
        return value
    if not isinstance(value, (bool, np.bool_)):
        try:
            return operator.index(value)  # type: ignore[arg-type]
        except TypeError:
            pass
    raise TypeError(f"{name} must be an integer, got {type(value).__name__}")
