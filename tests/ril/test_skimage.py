"""`ril.compat.skimage` equals scikit-image 0.26 in every bit.

The golden file holds what scikit-image made of small pictures; `python tests/ril/test_skimage.py`
makes it anew. Where scikit-image is installed, it is compared with itself: a few pictures always,
some hundred with `pytest -m exhaustive tests/ril/test_skimage.py`.
"""

import doctest
import inspect
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from ril.compat import skimage as compat
from train.data.phantom import draw_hand

SCALES = ((8, 1), (16, 2), (24, 3), (12, 1.5))
METHODS = ("default", "ror", "uniform", "nri_uniform", "var")

GOLDEN = Path(__file__).parent / "golden" / "skimage_0_26.npz"
GOLDEN_PICTURES = {"noise": 0, "levels": 1, "smooth": 2, "phantom": 5}
ANY_SCALES = (*SCALES, (1, 1), (4, 0.5), (5, 300.1), (12, 2), (31, 2.7), (8, 40.3), (3, 1e-3))


def drawn(number: int, dtype: str) -> np.ndarray:
    """One of endlessly many: noise, few levels, smooth, flat, gradient, phantom, in turn."""
    rng = np.random.default_rng(number)
    height, width = rng.integers(50, 110, 2)
    rows, columns = np.mgrid[:height, :width]
    largest = np.iinfo(dtype).max
    kind = number % 6
    if kind == 0:
        picture = rng.integers(0, largest, (height, width), endpoint=True)
    elif kind == 1:
        picture = rng.integers(0, 3, (height, width)) * rng.integers(1, largest // 2)
    elif kind == 2:
        picture = cv2.GaussianBlur(rng.random((height, width)), (0, 0), 4) * largest
    elif kind == 3:
        picture = np.full((height, width), rng.integers(1, largest))
    elif kind == 4:
        picture = (rows * rng.integers(0, 9) + columns * rng.integers(0, 9)) % (largest + 1)
    else:
        age = int(rng.integers(6, 220))
        picture = draw_hand(age, number % 2 == 0, seed=number, size=110).astype(int)
        picture = picture * (largest // 255)
    return picture.astype(dtype)


def real(folder: Path) -> Iterator[np.ndarray]:
    """A piece of every radiograph at its own resolution, and the whole one made small."""
    for path in sorted(folder.iterdir()):
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        top, left = (size // 2 - 60 for size in picture.shape)
        yield picture[top : top + 120, left : left + 130]
        yield cv2.resize(picture, (150, 180), interpolation=cv2.INTER_AREA)
        yield picture[:90, :100].astype(np.uint16) * 257


def same_bits(one: np.ndarray, other: np.ndarray) -> bool:
    return one.dtype == other.dtype == np.float64 and np.array_equal(
        one.view(np.uint64), other.view(np.uint64)
    )


def compare(image: np.ndarray, scales=SCALES, num_threads: int = 1) -> None:
    texture = pytest.importorskip("skimage.feature", reason="needs scikit-image")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for P, R in scales:
            for method in METHODS:
                expected = texture.local_binary_pattern(image, P, R, method)
                values = compat.local_binary_pattern(image, P, R, method, num_threads=num_threads)
                assert same_bits(values, expected), (image.dtype, image.shape, P, R, method)


@pytest.mark.parametrize("name", GOLDEN_PICTURES)
@pytest.mark.parametrize("method", METHODS)
def test_golden_values(name, method):
    golden = np.load(GOLDEN)
    for P, R in SCALES:
        expected = golden[f"{name}:{P}:{R}:{method}"].astype(np.float64)
        values = compat.local_binary_pattern(golden[name], P, R, method)
        assert same_bits(values, expected), (P, R)


@pytest.mark.parametrize("isa", ["baseline", "avx2"])
def test_instruction_sets_agree(isa):
    script = f"""
import numpy as np
from ril.compat.skimage import local_binary_pattern
golden = np.load({str(GOLDEN)!r})
for key in golden:
    name, *call = key.split(":")
    if call:
        values = local_binary_pattern(golden[name], int(call[0]), float(call[1]), call[2])
        assert np.array_equal(values, golden[key], equal_nan=True), key
        print(key)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "RIL_ISA": isa},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == len(GOLDEN_PICTURES) * len(SCALES) * len(METHODS)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("number", range(6))
def test_drawn_pictures(number, dtype):
    compare(drawn(number, dtype))


def test_real_radiographs(real_radiographs):
    pictures = real(real_radiographs)
    for _ in range(4):
        compare(next(pictures))


@pytest.mark.exhaustive
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("first", range(0, 300, 50))
def test_many_drawn_pictures(first, dtype):
    for number in range(first, first + 50):
        compare(drawn(number, dtype))


@pytest.mark.exhaustive
def test_every_real_radiograph(real_radiographs):
    for picture in real(real_radiographs):
        compare(picture)


@pytest.mark.parametrize("dtype", ["?", "b", "h", "H", "i", "I", "q", "Q", "e", "f", "d", "g"])
def test_every_dtype_and_any_scale(dtype):
    rng = np.random.default_rng(1)
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        picture = np.where(rng.random((23, 41)) < 0.5, rng.normal(size=(23, 41)), 0.25)
    elif dtype.kind == "b":
        picture = rng.random((23, 41)) < 0.5
    else:
        limits = np.iinfo(dtype)
        picture = rng.integers(limits.min, limits.max, (23, 41), dtype, endpoint=True)
        picture[:, 20:] = rng.integers(0, 4, (23, 21))
    compare(picture.astype(dtype), ANY_SCALES)


def test_extreme_floats():
    picture = np.random.default_rng(2).normal(size=(19, 30))
    for factor in (1e-310, 1e307):
        compare(picture * factor)
    picture[3, 4], picture[9, 9], picture[9, 10], picture[15, 20] = np.nan, np.inf, np.inf, -np.inf
    compare(picture, ANY_SCALES)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 700), (70, 65)])
def test_sizes_layouts_and_threads(shape):
    picture = np.random.default_rng(3).integers(0, 9, shape, np.uint8)
    for num_threads in (1, 2, 5):
        compare(picture, num_threads=num_threads)
    compare(np.asfortranarray(picture))
    compare(picture[::-1, ::-1])
    compare(picture.astype(">u2"))


def test_far_into_a_large_picture():
    """Coordinates lose bits there, and near ties fall otherwise."""
    picture = np.full((3, 40_000), 77, np.uint8)
    compare(picture, ((8, 1),))
    compare(picture.T, ((16, 2),))


def test_floating_point_pictures_warn_as_in_scikit_image():
    with pytest.warns(UserWarning, match=r"floating-point images may give unexpected results"):
        compat.local_binary_pattern(np.zeros((3, 3)), 8, 1)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.zeros((3, 3), int), 32, 1), ValueError, r"P must be in 1\.\.31, got 32"),
        ((np.zeros((3, 3), int), 0, 1), ValueError, "got 0"),
        ((np.zeros((3, 3), int), 8.0, 1), TypeError, "P must be an integer, got float"),
        ((np.zeros((3, 3), int), 8, -1), ValueError, "R must be finite, above 0"),
        ((np.zeros((3, 3), int), 8, 1, "rank"), ValueError, "method must be one of 'default'"),
        ((np.zeros((3, 3), complex), 8, 1), TypeError, "got complex128"),
        ((np.zeros((0, 3), int), 8, 1), ValueError, "`image` cannot be an empty array"),
        ((np.zeros((3, 3, 3), int), 8, 1), ValueError, "`image` must be a 2-dimensional array"),
    ],
)
def test_refusals(arguments, error, message):
    with pytest.raises(error, match=message):
        compat.local_binary_pattern(*arguments)


def test_the_signature_is_scikit_images_and_methods_may_be_in_upper_case():
    texture = pytest.importorskip("skimage.feature", reason="needs scikit-image")
    theirs = list(inspect.signature(texture.local_binary_pattern).parameters.values())
    ours = list(inspect.signature(compat.local_binary_pattern).parameters.values())
    assert [(p.name, p.default, p.kind) for p in ours[: len(theirs)]] == [
        (p.name, p.default, p.kind) for p in theirs
    ]
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in ours[len(theirs) :])
    image = drawn(0, "uint8")
    assert same_bits(
        compat.local_binary_pattern(image, 8, 1, "ROR"),
        compat.local_binary_pattern(image, 8, 1, "ror"),
    )


def test_examples_of_the_docstrings():
    assert doctest.testmod(compat).attempted > 0
    assert doctest.testmod(compat).failed == 0


def make_golden() -> None:
    from skimage.feature import local_binary_pattern

    golden = {}
    for name, number in GOLDEN_PICTURES.items():
        golden[name] = image = drawn(number, "uint8")[20:33, 20:41]
        for P, R in SCALES:
            for method in METHODS:
                values = local_binary_pattern(image, P, R, method)
                is_float = method == "var"
                golden[f"{name}:{P}:{R}:{method}"] = values if is_float else values.astype("u4")
    np.savez_compressed(GOLDEN, **golden)


if __name__ == "__main__":
    make_golden()
