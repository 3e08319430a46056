"""Histograms: the kernels equal the reference, and both equal what NumPy counts."""

import doctest
import inspect
from itertools import product
from typing import get_type_hints

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ril import histogram, lbp, reference

METHODS = ("default", "ror", "rank", "uniform", "nri_uniform")
BORDERS = ("edge", "constant", "reflect")


def noise(shape, dtype="uint8", levels=4):
    return np.random.default_rng(len(shape) + levels).integers(0, levels, shape).astype(dtype)


def masks(shape):
    rng = np.random.default_rng(5)
    return None, rng.random(shape) < 0.6, rng.integers(0, 3, shape[-2:], np.uint8)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(7, 9), (2, 6, 4), (3, 1, 1), (2, 0, 4)])
def test_patterns_of_every_method(method, shape):
    for dtype, (P, R), border in product(("uint8", "float32"), ((8, 1), (10, 2.5)), BORDERS):
        image = noise(shape, dtype)
        for mask, grid in product(masks(shape), (None, (1, 1), (3, 4))):
            if grid and (grid[0] > shape[-2] or grid[1] > shape[-1]):
                continue
            options = {"grid": grid, "mask": mask, "border": border, "normalize": P == 10}
            expected = reference.local_binary_pattern_histogram(image, P, R, method, **options)
            found = lbp.local_binary_pattern_histogram(image, P, R, method, **options)
            assert_array_equal(found, expected, strict=True)
            assert found.shape[-1] == lbp.num_labels(P, method)


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("num_threads", [1, 3, 0])
def test_strips_and_cells_of_a_large_picture(border, num_threads):
    image = noise((1500, 700), levels=256)
    for P, R in ((8, 1), (24, 3), (8, 40.5), (8, 2000)):
        values = lbp.local_binary_pattern(image, P, R, "uniform", border=border)
        for grid in (None, (7, 5)):
            options = {"grid": grid, "num_threads": num_threads}
            found = lbp.local_binary_pattern_histogram(image, P, R, border=border, **options)
            assert_array_equal(found, lbp.lbp_histogram(values, P + 2, **options), strict=True)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", "uint32", "int64", ">u2"])
@pytest.mark.parametrize("num_bins", [2, 300, 70_000])
def test_codes_of_every_dtype(dtype, num_bins):
    codes = noise((2, 11, 13), dtype, levels=2)
    if dtype != "bool":
        codes = codes * dtype_limit(dtype, num_bins)
    mask = masks(codes.shape)[1]
    for function in (lbp.lbp_histogram, reference.lbp_histogram):
        found = function(codes, num_bins, mask=mask)
        for n in range(2):
            expected = np.bincount(codes[n][mask[n]].astype(np.int64), minlength=num_bins)
            assert_array_equal(found[n], expected)


def dtype_limit(dtype, num_bins):
    return np.asarray(min(num_bins - 1, np.iinfo(dtype).max), dtype)


def test_a_grid_divides_every_pixel():
    codes = np.arange(35, dtype=np.uint8).reshape(5, 7)
    cells = lbp.lbp_histogram(codes, 35, grid=(2, 3))
    assert cells.shape == (2, 3, 35)
    assert_array_equal(np.flatnonzero(cells[0, 1]), [2, 3, 9, 10])
    assert_array_equal(cells.sum(axis=(0, 1)), np.ones(35))


def test_shares_sum_to_one_and_are_zero_where_nothing_counts():
    codes = noise((6, 8), levels=3)
    mask = np.zeros(codes.shape, bool)
    mask[:, 4:] = True
    shares = lbp.lbp_histogram(codes, 3, grid=(1, 2), mask=mask, normalize=True)
    assert shares.dtype == np.float64
    assert not shares[0, 0].any()
    assert shares[0, 1].sum() == pytest.approx(1)
    assert_array_equal(shares[0, 1], np.bincount(codes[mask], minlength=3) / mask.sum())


def test_rotation_classes_are_the_bins_of_ror():
    image = noise((40, 50), levels=256)
    found = lbp.local_binary_pattern_histogram(image, 8, 1, "ror")
    codes = lbp.local_binary_pattern(image, 8, 1, "ror")
    assert_array_equal(found, lbp.lbp_histogram(codes, 256)[list(reference.necklaces(8))])


@pytest.mark.parametrize("function", ["lbp_histogram", "local_binary_pattern_histogram"])
def test_out_is_filled_and_returned(function):
    arguments = {"lbp_histogram": (3,), "local_binary_pattern_histogram": (8, 1)}[function]
    for module, normalize in product((lbp, reference), (False, True)):
        call = getattr(module, function)
        expected = call(noise((2, 6, 8), levels=3), *arguments, normalize=normalize)
        out = np.full_like(expected, 7)
        images = noise((2, 6, 8), levels=3)
        assert call(images, *arguments, normalize=normalize, out=out) is out
        assert_array_equal(out, expected)


CODES = np.zeros((3, 4), np.uint8)
REFUSED_CODES = [
    ({"num_bins": 0}, ValueError, r"num_bins must be in 1\.\.2\*\*24, got 0"),
    ({"num_bins": 8.0}, TypeError, "num_bins must be an integer, got float"),
    ({"codes": CODES + 9}, ValueError, r"codes must be in 0\.\.8 for 9 bins, got 9"),
    ({"codes": CODES.astype(int) - 1}, ValueError, "got -1"),
    ({"codes": CODES * 1.0}, TypeError, "codes must be of bool or integers, got float64"),
    ({"codes": CODES[0]}, ValueError, r"two axes \(\.\.\., H, W\), got \(4,\)"),
]
REFUSED = [
    ({"grid": 3}, TypeError, r"grid must be a pair \(rows, columns\) or None, got 3"),
    ({"grid": (1, 2.0)}, TypeError, "grid must be an integer, got float"),
    ({"grid": (4, 1)}, ValueError, r"those of the picture, 3 x 4, got \(4, 1\)"),
    ({"grid": (0, 1)}, ValueError, r"got \(0, 1\)"),
    ({"normalize": 1}, TypeError, "normalize must be a bool, got int"),
    ({"mask": CODES * 1.0}, TypeError, "mask must be of bool or uint8, got float64"),
    ({"mask": CODES.T}, ValueError, r"mask must have the shape \(3, 4\) .*got \(4, 3\)"),
    ({"num_threads": -1}, ValueError, "num_threads must be 0"),
    ({"out": np.zeros(9)}, TypeError, "out must be of int64, got float64"),
    ({"out": np.zeros(8, int)}, ValueError, r"out must have the shape \(\d+,\)"),
]
REFUSED_PATTERNS = [
    ({"method": "var"}, ValueError, "'var' has no bins"),
    ({"method": "ror", "P": 17}, ValueError, "'ror' needs P of at most 16, got 17"),
    ({"P": 0}, ValueError, r"P must be in 1\.\.31, got 0"),
    ({"R": 0}, ValueError, "R must be finite"),
    ({"border": "wrap"}, ValueError, "border must be one of"),
    ({"image": np.full((3, 4), np.nan)}, ValueError, "image must be finite"),
]


@pytest.mark.parametrize(("wrong", "error", "message"), [*REFUSED_CODES, *REFUSED])
def test_wrong_calls_for_codes(implementation, wrong, error, message):
    with pytest.raises(error, match=message):
        implementation.lbp_histogram(**{"codes": CODES, "num_bins": 9, **wrong})


@pytest.mark.parametrize(("wrong", "error", "message"), [*REFUSED, *REFUSED_PATTERNS])
def test_wrong_calls_for_patterns(implementation, wrong, error, message):
    with pytest.raises(error, match=message):
        implementation.local_binary_pattern_histogram(**{"image": CODES, "P": 8, "R": 1, **wrong})


@pytest.mark.parametrize("name", ["lbp_histogram", "local_binary_pattern_histogram"])
def test_signatures_are_the_same(name):
    fast, plain = getattr(lbp, name), getattr(reference, name)
    assert inspect.signature(fast) == inspect.signature(plain)
    assert get_type_hints(fast) == get_type_hints(plain)


def test_number_of_labels():
    assert [lbp.num_labels(8, method) for method in METHODS] == [256, 36, 256, 10, 59]
    for P in range(1, 17):
        assert lbp.num_labels(P, "ror") == len(list(reference.necklaces(P)))
    with pytest.raises(ValueError, match="'var' has no bins"):
        lbp.num_labels(8, "var")


def test_examples_of_the_docstrings():
    assert doctest.testmod(histogram).attempted > 0
    assert doctest.testmod(histogram).failed == 0
