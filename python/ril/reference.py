"""The definition of the operator, in plain Python.

The functions of `ril.lbp` again, with the same signatures, results and errors, written to be read.
Pixels are Python numbers here, so nothing overflows; a float is a double.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ril._arguments import (
    Border,
    Call,
    HistogramCall,
    Method,
    array_of_codes,
    bin_count,
    check_circular,
    check_histogram,
    check_settings,
    check_square,
    label_count,
    scale_pairs,
)

__all__ = [
    "lbp_histogram",
    "local_binary_pattern",
    "local_binary_pattern_histogram",
    "multiscale_lbp",
    "necklaces",
    "sampling",
    "square_lbp",
]

Tap: TypeAlias = tuple[int, int, int]  # row offset, column offset, weight in 2**-14
Sample: TypeAlias = Sequence[Tap]
Rows: TypeAlias = list[list[Any]]  # of one picture

SQUARE: tuple[Sample, ...] = tuple(
    ((row, column, 1),)
    for row, column in ((0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1))
)


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
    """See `ril.lbp.local_binary_pattern`."""
    call = check_circular(
        image, ((P, R),), method, border, num_threads, out, check_finite, scale_axis=False
    )
    return _run(call, [sampling(P, R) for P, R in call.scales])


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
    """See `ril.lbp.multiscale_lbp`."""
    pairs = scale_pairs(scales)
    call = check_circular(
        image, pairs, method, border, num_threads, out, check_finite, scale_axis=True
    )
    return _run(call, [sampling(P, R) for P, R in call.scales])


def square_lbp(
    image: npt.ArrayLike,
    *,
    border: Border = "edge",
    num_threads: int = 1,
    out: npt.NDArray[Any] | None = None,
    check_finite: bool = True,
) -> npt.NDArray[np.uint8]:
    """See `ril.lbp.square_lbp`."""
    return _run(check_square(image, border, num_threads, out, check_finite), [SQUARE])


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
    """See `ril.lbp.lbp_histogram`."""
    number = bin_count(num_bins)
    picture = array_of_codes(codes, number)
    return _count(check_histogram(picture, number, grid, normalize, mask, num_threads, out))


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
    """See `ril.lbp.local_binary_pattern_histogram`."""
    check_settings(((P, R),), method, border, num_threads)
    number = label_count(P, method)
    labels = local_binary_pattern(image, P, R, method, border=border, check_finite=check_finite)
    if method == "ror":
        labels = np.searchsorted(_all_necklaces(P), labels)
    return _count(check_histogram(labels, number, grid, normalize, mask, num_threads, out))


def sampling(P: int, R: float) -> list[Sample]:
    """The P samples, each with its four taps: top left, top right, bottom left, bottom right."""
    samples: list[Sample] = []
    for p in range(P):
        angle = 2 * math.pi * p / P
        row = round(-R * math.sin(angle) * 1e12) / 1e12
        column = round(R * math.cos(angle) * 1e12) / 1e12
        top, left = math.floor(row), math.floor(column)
        down, right = row - top, column - left
        samples.append(
            (
                (top, left, round(2**14 * ((1 - down) * (1 - right)))),
                (top, left + 1, round(2**14 * ((1 - down) * right))),
                (top + 1, left, round(2**14 * (down * (1 - right)))),
                (top + 1, left + 1, round(2**14 * (down * right))),
            )
        )
    return samples


def _run(call: Call, samplings: Sequence[Sequence[Sample]]) -> npt.NDArray[Any]:
    num_pictures, height, width = call.pictures.shape
    values = call.values.reshape(num_pictures, len(samplings), height, width)
    for n, picture in enumerate(call.pictures.tolist()):
        for s, samples in enumerate(samplings):
            for i in range(height):
                for j in range(width):
                    sums = _sums(picture, i, j, samples, call.border)
                    values[n, s, i, j] = _value(sums, call.method)
    return call.values


def _count(call: HistogramCall) -> npt.NDArray[Any]:
    num_pictures, height, width = call.pictures.shape
    _, rows, columns, _ = call.counts.shape
    for n in range(num_pictures):
        for i in range(rows):
            for j in range(columns):
                for r in range(i * height // rows, (i + 1) * height // rows):
                    for c in range(j * width // columns, (j + 1) * width // columns):
                        if call.mask is None or call.mask[n, r, c]:
                            call.counts[n, i, j, call.pictures[n, r, c]] += 1
    counts = call.counts.reshape(call.histograms.shape)
    total = np.maximum(counts.sum(axis=-1, keepdims=True), 1)
    call.histograms[...] = counts / total if call.normalize else counts
    return call.histograms


def _sums(
    picture: Rows, i: int, j: int, samples: Sequence[Sample], border: Border
) -> list[int | float]:
    """Each sample minus the centre, in 2**-14 of a grey level."""
    centre = picture[i][j]
    sums = []
    for sample in samples:
        terms = [
            weight * (_pixel(picture, i + row, j + column, border) - centre)
            for row, column, weight in sample
            if weight != 0
        ]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        sums.append(total)
    return sums


def _pixel(picture: Rows, i: int, j: int, border: Border) -> Any:
    row = _inside(i, len(picture), border)
    column = _inside(j, len(picture[0]), border)
    return 0 if row is None or column is None else picture[row][column]


def _inside(index: int, size: int, border: Border) -> int | None:
    if 0 <= index < size:
        return index
    if border == "constant":
        return None
    if border == "edge" or size == 1:
        return min(max(index, 0), size - 1)
    folded = index % (2 * (size - 1))
    return min(folded, 2 * (size - 1) - folded)


def _value(sums: Sequence[int | float], method: Method) -> int | np.float32:
    if method == "var":
        return _variance(sums)
    code = sum(1 << p for p, total in enumerate(sums) if total >= 0)
    return _VALUES[method](code, len(sums))


def _variance(sums: Sequence[int | float]) -> np.float32:
    total = 0.0
    for number in sums:
        total += float(number)
    mean = total / len(sums)
    squares = 0.0
    for number in sums:
        squares += (float(number) - mean) * (float(number) - mean)
    with np.errstate(over="ignore"):  # beyond float32 the variance is infinite
        return np.float32(squares / len(sums) / 2**28)


def _rotations(code: int, P: int) -> list[int]:
    return [(code >> i) | (code << (P - i)) & (2**P - 1) for i in range(P)]


def _ror(code: int, P: int) -> int:
    return min(_rotations(code, P))


def _rank(code: int, P: int) -> int:
    every = _all_necklaces(P)
    return 255 * bisect_left(every, _ror(code, P)) // (len(every) - 1)


def _transitions(code: int, P: int) -> int:
    return (code ^ _rotations(code, P)[1 % P]).bit_count()


def _uniform(code: int, P: int) -> int:
    return code.bit_count() if _transitions(code, P) <= 2 else P + 1


def _nri_uniform(code: int, P: int) -> int:
    ones = code.bit_count()
    if ones == 0:
        return 0
    if ones == P:
        return P * (P - 1) + 1
    if _transitions(code, P) > 2:
        return P * (P - 1) + 2
    # The run of ones starts where a one follows a zero.
    start = next(p for p in range(P) if code >> p & 1 and not code >> ((p - 1) % P) & 1)
    return 1 + (ones - 1) * P + (P - start) % P


_VALUES: dict[Method, Callable[[int, int], int]] = {
    "default": lambda code, _: code,
    "ror": _ror,
    "rank": _rank,
    "uniform": _uniform,
    "nri_uniform": _nri_uniform,
}


@cache
def _all_necklaces(P: int) -> list[int]:
    return list(necklaces(P))


def necklaces(P: int) -> Iterator[int]:
    """The values of `ror` at P neighbours, ascending.

    They are the repetitions of the Lyndon words whose length divides P. Duval's step leads from one
    Lyndon word to the next: repeat it to P bits, drop the ones at its end, turn the last zero into
    a one. Source: Fredricksen, Kessler, Maiorana, 1978; Duval, 1988.
    """
    word, length = 0, 1
    while True:
        repeated, bits = 0, 0
        while bits < P:
            repeated, bits = repeated << length | word, bits + length
        extended = repeated >> (bits - P)
        if bits == P:
            yield extended
        ones = (~extended & (extended + 1)).bit_length() - 1
        if ones == P:
            return
        length, word = P - ones, extended >> ones | 1
