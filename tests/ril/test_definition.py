"""The definition itself: literal values, and oracles that share no code with either side."""

import math
from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import ril
from ril import _core, lbp, reference

# The paper's first figure thresholds a 3x3 patch to 01111100 in binary.
PATCH_124 = np.array([[9, 9, 1], [9, 5, 1], [9, 9, 1]], np.uint8)

ROTATION_CLASSES_8 = [
    0, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 37, 39, 43, 45, 47, 51, 53, 55,
    59, 61, 63, 85, 87, 91, 95, 111, 119, 127, 255,
]  # fmt: skip


def test_square_code_of_the_first_figure(implementation):
    assert implementation.square_lbp(PATCH_124)[1, 1] == 0b01111100 == 124


@pytest.mark.parametrize(
    ("method", "value"),
    [("default", 124), ("ror", 31), ("rank", 255 * 16 // 35), ("uniform", 5),
     ("nri_uniform", 1 + 4 * 8 + 6)],
)  # fmt: skip
def test_circular_values_of_the_first_figure(implementation, method, value):
    assert implementation.local_binary_pattern(PATCH_124, 8, 1, method)[1, 1] == value


@pytest.mark.parametrize("bit", range(8))
def test_square_bit_order(implementation, bit):
    row, column = [(1, 2), (0, 2), (0, 1), (0, 0), (1, 0), (2, 0), (2, 1), (2, 2)][bit]
    patch = np.zeros((3, 3), np.int16)
    patch[1, 1] = 1
    patch[row, column] = 1
    assert implementation.square_lbp(patch)[1, 1] == 1 << bit


@pytest.mark.parametrize("bit", range(4))
def test_circular_bits_start_right_and_run_counter_clockwise(implementation, bit):
    patch = np.zeros((5, 5))
    patch[2, 2] = 1
    patch[[2, 0, 2, 4][bit], [4, 2, 0, 2][bit]] = 1
    assert implementation.local_binary_pattern(patch, 4, 2)[2, 2] == 1 << bit


@pytest.mark.parametrize(("P", "number"), [(8, 36), (16, 4116), (24, 699252)])
def test_number_of_rotation_classes(P, number):
    assert _core.num_rotation_classes(P) == number
    assert sum(1 for _ in reference.necklaces(P)) == number


def test_the_36_rotation_classes():
    assert list(reference.necklaces(8)) == ROTATION_CLASSES_8


def picture_of_codes():
    """A picture in which each code of four bits occurs at the centre of a 3x3 cell."""
    cells = np.zeros((16, 3, 3), np.uint8)
    cells[:, 1, 1] = 1
    for code in range(16):
        for p, (row, column) in enumerate([(1, 2), (0, 1), (1, 0), (2, 1)]):
            cells[code, row, column] = code >> p & 1
    return cells


def test_every_code_of_four_bits(implementation):
    cells = picture_of_codes()
    expected = {
        "default": list(range(16)),
        "ror": [0, 1, 1, 3, 1, 5, 3, 7, 1, 3, 5, 7, 3, 7, 7, 15],
        "rank": [0, 51, 51, 102, 51, 153, 102, 204, 51, 102, 153, 204, 102, 204, 204, 255],
        "uniform": [0, 1, 1, 2, 1, 5, 2, 3, 1, 2, 5, 3, 2, 3, 3, 4],
        "nri_uniform": [0, 1, 4, 5, 3, 14, 8, 9, 2, 6, 14, 10, 7, 11, 12, 13],
    }
    for method, values in expected.items():
        found = implementation.local_binary_pattern(cells, 4, 1, method)[:, 1, 1]
        assert found.tolist() == values, method


def test_constant_pictures_are_all_ones(implementation):
    for P, R in ((1, 1), (8, 1), (16, 2), (24, 3), (31, 1.7)):
        for value in (0, 1, 77, 255):
            image = np.full((3, 4), value, np.uint8)
            assert (implementation.local_binary_pattern(image, P, R) == 2**P - 1).all()
            assert (implementation.local_binary_pattern(image, P, R, "uniform") == P).all()
            assert not implementation.local_binary_pattern(image, P, R, "var").any()
            assert (implementation.square_lbp(image) == 255).all()
        if P <= 24:
            assert (implementation.local_binary_pattern(image, P, R, "rank") == 255).all()


def test_variance_of_four_known_samples(implementation):
    image = np.array([[0, 4, 0], [8, 100, 2], [0, 6, 0]])
    assert implementation.local_binary_pattern(image, 4, 1, "var")[1, 1] == 5.0


@pytest.mark.parametrize(
    ("method", "P", "dtype"),
    [
        ("default", 8, "uint8"), ("default", 9, "uint16"), ("ror", 16, "uint16"),
        ("ror", 17, "uint32"), ("default", 31, "uint32"), ("rank", 24, "uint8"),
        ("uniform", 31, "uint8"), ("nri_uniform", 16, "uint8"), ("nri_uniform", 17, "uint16"),
        ("var", 8, "float32"),
    ],
)  # fmt: skip
def test_result_dtypes(implementation, method, P, dtype):
    image = np.zeros((2, 2), np.uint8)
    assert implementation.local_binary_pattern(image, P, 1, method).dtype == dtype
    scales = implementation.multiscale_lbp(image, ((4, 1), (P, 1)), method)
    assert scales.dtype == dtype


@pytest.mark.parametrize("P", range(1, 32))
def test_sampling_tables_are_equal(P):
    radii = [1e-300, 1e-6, 0.5, 1, 1.5, 2, 2.5, 3, 7.25, 100, 1e4, 1e9, 2.0**52]
    radii += np.random.default_rng(P).uniform(0.1, 40, 60).tolist()
    for R in radii:
        assert [list(sample) for sample in reference.sampling(P, R)] == _core.sampling(P, R)


def padded(image, reach, border):
    """`image` with a frame; np.pad has no mirror for an axis of length 1."""
    for axis in (0, 1):
        width = [(0, 0), (0, 0)]
        width[axis] = (reach, reach)
        mode = "edge" if border == "reflect" and image.shape[axis] == 1 else border
        image = np.pad(image, width, mode=mode)
    return image


@pytest.mark.parametrize("border", ["edge", "constant", "reflect"])
@pytest.mark.parametrize(("P", "R"), [(8, 1), (12, 2.5), (16, 2), (24, 3), (16, 20)])
@pytest.mark.parametrize("shape", [(16, 21), (1, 9), (5, 2)])
def test_codes_equal_exact_rational_arithmetic(implementation, border, P, R, shape):
    """Whole pictures against Python fractions over a picture padded by NumPy."""
    image = np.random.default_rng(P).integers(0, 50, shape, np.uint8)
    reach = math.ceil(R) + 1
    frame = padded(image.astype(int), reach, border).astype(object)
    height, width = shape
    centre = frame[reach : reach + height, reach : reach + width]
    codes = np.zeros(shape, object)
    for p in range(P):
        row = Fraction(round(-R * math.sin(2 * math.pi * p / P), 12)).limit_denominator(10**12)
        column = Fraction(round(R * math.cos(2 * math.pi * p / P), 12)).limit_denominator(10**12)
        total = np.zeros(shape, object)
        for r in (math.floor(row), math.floor(row) + 1):
            for c in (math.floor(column), math.floor(column) + 1):
                weight = round(2**14 * (1 - abs(row - r)) * (1 - abs(column - c)))
                i, j = reach + r, reach + c
                if weight:
                    total = total + weight * (frame[i : i + height, j : j + width] - centre)
        codes = codes + (total >= 0) * 2**p
    found = implementation.local_binary_pattern(image, P, R, border=border)
    assert_array_equal(found, codes.astype(int))


@pytest.mark.parametrize(("P", "R"), [(8, 1), (16, 2), (24, 3), (11, 4.3)])
def test_bits_equal_unrounded_bilinear_sampling(P, R):
    """Against float64 with unrounded weights, wherever it is not near a tie."""
    image = np.random.default_rng(P).integers(0, 256, (64, 80), np.uint8)
    reach = math.ceil(R) + 1
    frame = np.pad(image.astype(float), reach, mode="edge")
    rows, columns = np.mgrid[reach : reach + 64, reach : reach + 80]
    codes = lbp.local_binary_pattern(image, P, R)
    compared = 0
    for p in range(P):
        y = rows - R * math.sin(2 * math.pi * p / P)
        x = columns + R * math.cos(2 * math.pi * p / P)
        i, j = np.floor(y).astype(int), np.floor(x).astype(int)
        fy, fx = y - i, x - j
        value = (
            (1 - fy) * ((1 - fx) * frame[i, j] + fx * frame[i, j + 1])
            + fy * ((1 - fx) * frame[i + 1, j] + fx * frame[i + 1, j + 1])
        )  # fmt: skip
        difference = value - image
        clear = np.abs(difference) > 0.05
        compared += int(clear.sum())
        assert_array_equal(codes[clear] >> p & 1, difference[clear] > 0)
    assert compared > 0.98 * P * image.size


def test_variance_equals_numpy():
    image = np.random.default_rng(1).normal(100, 30, (20, 30))
    samples = []
    frame = np.pad(image, 4, mode="edge")
    for taps in reference.sampling(16, 3):
        total = np.zeros_like(image)
        for row, column, weight in taps:
            total += weight / 2**14 * frame[4 + row : 24 + row, 4 + column : 34 + column]
        samples.append(total)
    found = lbp.local_binary_pattern(image, 16, 3, "var")
    np.testing.assert_allclose(found, np.var(samples, axis=0), rtol=1e-3)


def test_version_is_that_of_the_package():
    from importlib.metadata import version

    assert ril.__version__ == version("ril")
