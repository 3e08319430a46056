"""Rotation-invariant LBP of a 512-pixel radiograph: ours, scikit-image, NumPy, plain Python.

    python -m pytest benchmarks --benchmark-group-by=param:scale --benchmark-columns=min,median,ops

Every answer is checked before it is timed. Read the ratios within a group, not the times.
"""

from __future__ import annotations

import numpy as np
import pytest

from ril import lbp, reference
from train.data.phantom import draw_hand

SCALES = [(8, 1), (16, 2), (24, 3)]
CROP = (slice(200, 232), slice(200, 232))


@pytest.fixture(scope="module")
def radiograph() -> np.ndarray:
    picture = draw_hand(96, True, seed=3, size=512)
    return np.pad(picture, ((0, 0), (0, 512 - picture.shape[1])))


@pytest.fixture(params=SCALES, ids=lambda scale: f"{scale[0]},{scale[1]}")
def scale(request: pytest.FixtureRequest) -> tuple[int, float]:
    return request.param


def numpy_ror(image: np.ndarray, P: int, R: int) -> np.ndarray:
    """The usual vectorised program: one shifted, interpolated picture a sample, float64."""
    padded = np.pad(image.astype(np.float64), R + 1, mode="edge")
    height, width = image.shape
    code = np.zeros(image.shape, np.uint32)
    for p in range(P):
        row = round(-R * np.sin(2 * np.pi * p / P), 12) + R + 1
        column = round(R * np.cos(2 * np.pi * p / P), 12) + R + 1
        top, left = int(np.floor(row)), int(np.floor(column))
        y, x = row - top, column - left
        part = padded[top : top + height + 1, left : left + width + 1]
        rows = (1 - y) * part[:-1] + y * part[1:]
        sample = (1 - x) * rows[:, :-1] + x * rows[:, 1:]
        code |= (sample - image >= 0).astype(np.uint32) << np.uint32(p)
    smallest, rotated = code.copy(), code
    for _ in range(P - 1):
        rotated = (rotated >> np.uint32(1)) | ((rotated & np.uint32(1)) << np.uint32(P - 1))
        np.minimum(smallest, rotated, out=smallest)
    return smallest


def test_ril(benchmark, radiograph, scale):
    values = benchmark(lbp.local_binary_pattern, radiograph, *scale, "ror")
    expected = reference.local_binary_pattern(radiograph[CROP], *scale, "ror")
    np.testing.assert_array_equal(values[CROP][4:-4, 4:-4], expected[4:-4, 4:-4])


def test_numpy(benchmark, radiograph, scale):
    values = benchmark(numpy_ror, radiograph, *scale)
    assert np.mean(values == lbp.local_binary_pattern(radiograph, *scale, "ror")) > 0.98


def test_scikit_image(benchmark, radiograph, scale):
    texture = pytest.importorskip("skimage.feature")
    values = benchmark(texture.local_binary_pattern, radiograph, *scale, "ror")
    inner = (slice(4, -4), slice(4, -4))
    ours = lbp.local_binary_pattern(radiograph, *scale, "ror")
    assert np.mean(values[inner] == ours[inner]) > 0.98


def test_plain_python_on_a_256th_of_the_picture(benchmark, radiograph, scale):
    values = benchmark(reference.local_binary_pattern, radiograph[CROP], *scale, "ror")
    np.testing.assert_array_equal(values, lbp.local_binary_pattern(radiograph[CROP], *scale, "ror"))
