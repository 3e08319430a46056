"""The kernels equal the reference: methods, borders, dtypes, sizes, layouts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from ril import lbp, reference

DTYPES = [
    "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
    "float32", "float64",
]  # fmt: skip
METHODS = ["default", "ror", "rank", "uniform", "nri_uniform", "var"]
BORDERS = ["edge", "constant", "reflect"]
# The last radius exceeds every picture that it is used on.
SCALES = [(P, R) for P in (4, 8, 12, 16, 24, 31) for R in (1, 1.5, 2, 2.5, 3, 29.3)]
LAYOUTS = {
    "plain": lambda image: image,
    "fortran": np.asfortranarray,
    "negative": lambda image: image[::-1, ::-1],
    "strided": lambda image: np.repeat(np.repeat(image, 3, 0), 2, 1)[::3, ::2],
    "broadcast": lambda image: np.broadcast_to(image[:1], image.shape),
    "byteorder": lambda image: image.astype(image.dtype.newbyteorder()),
}


def noise(shape, dtype, seed=0):
    """Half of the pixels over the full range, half of few levels, so that ties occur."""
    rng = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    few = rng.integers(0, 2 if dtype.kind == "b" else 4, shape)
    if dtype.kind == "b":
        return few.astype(dtype)
    if dtype.kind == "f":
        wide = rng.normal(0, 1e3, shape)
    else:
        limits = np.iinfo(dtype)
        wide = rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    return np.where(rng.random(shape) < 0.5, few.astype(dtype), wide.astype(dtype))


def check(image, P, R, method="default", **options):
    expected = reference.local_binary_pattern(image, P, R, method, **options)
    values = lbp.local_binary_pattern(image, P, R, method, **options)
    assert values.dtype == expected.dtype
    assert_array_equal(values, expected, strict=True)
    return values


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_border_and_dtype(method, border, dtype):
    image = noise((4, 6), dtype, seed=len(method) + len(border))
    for P, R in (*SCALES, (1, 1), (2, 7)):
        if not (method == "rank" and P > 24):
            check(image, P, R, method, border=border)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int64", "float32"])
def test_extreme_pixels_do_not_overflow(dtype):
    limits = np.finfo(dtype) if dtype == "float32" else np.iinfo(dtype)
    rng = np.random.default_rng(3)
    image = rng.choice(np.array([limits.min, limits.max], dtype), (12, 12))
    for method in ("default", "var"):
        check(image, 24, 3, method)
        check(image, 8, 1, method)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nan_and_infinity_give_the_same_bits(dtype):
    image = noise((9, 11), dtype)
    image[2, 3] = np.nan
    image[5, 6] = np.inf
    image[7, 1] = -np.inf
    for P, R in SCALES:
        codes = check(image, P, R, check_finite=False)
        assert codes[2, 3] == 0
    everywhere = np.full((4, 4), np.nan, dtype)
    assert not check(everywhere, 8, 1, check_finite=False).any()


@pytest.mark.parametrize("width", range(71))
def test_every_width_and_height(width):
    border = BORDERS[width % 3]
    for height in (0, 1, 2, 5):
        image = noise((height, width), "uint8", seed=width)
        check(image, 8, 1, "ror", border=border)
        check(image.T, 8, 1.5, "default", border=border)
    for dtype in ("uint8", "uint16", "float32"):
        check(noise((1, width), dtype), 24, 3, "default", border=border)
        check(noise((width, 1), dtype), 16, 2, "uniform", border=border)


@pytest.mark.parametrize("length", [15, 16, 17, 31, 32, 33, 63, 64, 65])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float64"])
def test_lengths_around_vectors(length, dtype):
    for P, R in ((8, 1), (16, 2), (24, 3)):
        check(noise((3, length), dtype), P, R, "ror", border="reflect")


def test_rows_longer_than_a_block():
    image = noise((2, 2100), "uint8")
    check(image, 8, 1, "rank")
    check(image, 16, 2, "var")


@given(
    st.integers(0, 70), st.integers(0, 70), st.integers(1, 31),
    st.floats(1e-3, 80) | st.sampled_from([0.5, 1, 1.5, 2, 2.5, 3]),
    st.sampled_from(METHODS), st.sampled_from(BORDERS), st.sampled_from(DTYPES),
    st.sampled_from(sorted(LAYOUTS)), st.sampled_from([1, 2, 3, 7]),
)  # fmt: skip
def test_any_call(height, width, P, R, method, border, dtype, layout, num_threads):
    if method == "rank":
        P = min(P, 16)
    image = LAYOUTS[layout](noise((height, width), dtype, seed=P))
    values = check(image, P, R, method, border=border, num_threads=num_threads)
    assert values.shape == (height, width)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float64"])
def test_layouts(layout, dtype):
    image = LAYOUTS[layout](noise((7, 10), dtype))
    plain = np.array(image, order="C").astype(image.dtype.newbyteorder("="))
    assert_array_equal(check(image, 12, 2, "ror"), lbp.local_binary_pattern(plain, 12, 2, "ror"))


@pytest.mark.parametrize("convert", [np.ndarray.tolist, memoryview], ids=["list", "buffer"])
def test_what_becomes_an_array(convert):
    image = noise((7, 10), "int64")
    assert_array_equal(check(convert(image), 12, 2), lbp.local_binary_pattern(image, 12, 2))


def test_read_only_images_are_read():
    image = noise((7, 10), "uint8")
    image.flags.writeable = False
    check(image, 8, 1)


def test_leading_axes(implementation):
    images = noise((2, 3, 4, 5), "uint8")
    codes = implementation.local_binary_pattern(images, 8, 1)
    scales = implementation.multiscale_lbp(images, ((8, 1), (12, 2)), "nri_uniform")
    assert codes.shape == (2, 3, 4, 5)
    assert scales.shape == (2, 3, 2, 4, 5)
    for index in np.ndindex(2, 3):
        assert_array_equal(codes[index], implementation.local_binary_pattern(images[index], 8, 1))
        for s, (P, R) in enumerate(((8, 1), (12, 2))):
            one = implementation.local_binary_pattern(images[index], P, R, "nri_uniform")
            assert_array_equal(scales[index][s], one)


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0), (0, 3, 4), (2, 0, 3, 4), (3, 4, 0)])
def test_empty_axes(implementation, shape):
    image = np.empty(shape, np.uint8)
    assert implementation.local_binary_pattern(image, 8, 1).shape == shape
    assert implementation.square_lbp(image).shape == shape
    expected = (*shape[:-2], 3, *shape[-2:])
    assert implementation.multiscale_lbp(image).shape == expected


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("border", BORDERS)
def test_multiscale(method, border):
    image = noise((2, 9, 8), "uint8")
    scales = ((4, 1), (16, 2), (24, 3))
    values = lbp.multiscale_lbp(image, scales, method, border=border)
    expected = reference.multiscale_lbp(image, scales, method, border=border)
    assert_array_equal(values, expected, strict=True)
    for s, (P, R) in enumerate(scales):
        assert_array_equal(
            values[:, s], lbp.local_binary_pattern(image, P, R, method, border=border)
        )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("border", BORDERS)
def test_square(dtype, border):
    for shape in ((1, 1), (1, 9), (9, 1), (7, 33)):
        image = noise(shape, dtype)
        expected = reference.square_lbp(image, border=border)
        assert_array_equal(lbp.square_lbp(image, border=border), expected, strict=True)


@pytest.mark.parametrize("num_threads", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("shape", [(5, 13, 17), (61, 17), (1, 400), (2, 300, 1)])
def test_threads_change_nothing(num_threads, shape):
    image = noise(shape, "uint8")
    for method in ("rank", "var"):
        one = lbp.multiscale_lbp(image, method=method)
        assert_array_equal(lbp.multiscale_lbp(image, method=method, num_threads=num_threads), one)
    squares = lbp.square_lbp(image, num_threads=num_threads)
    assert_array_equal(squares, lbp.square_lbp(image))


def test_strips_of_a_large_picture_meet():
    image = noise((300, 2000), "uint16")
    codes = lbp.local_binary_pattern(image, 16, 2)
    for top in range(0, 296, 37):
        part = lbp.local_binary_pattern(image[top : top + 6], 16, 2)
        assert_array_equal(codes[top + 2 : top + 4], part[2:4])
