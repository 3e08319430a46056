"""What must not change a code, and what must permute its bits: exactly, with no tolerance."""

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from ril import lbp

# Few levels, so that many samples tie with their centre.
IMAGES = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40),
                    elements=st.integers(0, 5) | st.integers(0, 255))  # fmt: skip
QUARTER_SCALES = st.sampled_from([(4, 1), (8, 1), (12, 1.5), (16, 2), (24, 3), (28, 4.3)])
BORDERS = st.sampled_from(["edge", "reflect"])


def permuted(codes, P, place):
    """The codes with bit p moved to bit place(p)."""
    moved = np.zeros_like(codes)
    for p in range(P):
        moved |= (codes >> p & 1) << (place(p) % P)
    return moved


@given(IMAGES, QUARTER_SCALES, BORDERS | st.just("constant"))
def test_quarter_turns(image, scale, border):
    P, R = scale
    codes = lbp.local_binary_pattern(image, P, R, border=border)
    turned = lbp.local_binary_pattern(np.rot90(image), P, R, border=border)
    assert_array_equal(turned, permuted(np.rot90(codes), P, lambda p: p + P // 4))
    for method in ("ror", "rank", "uniform"):
        if not (method == "rank" and P > 24):
            upright = lbp.local_binary_pattern(image, P, R, method, border=border)
            turned = lbp.local_binary_pattern(np.rot90(image), P, R, method, border=border)
            assert_array_equal(turned, np.rot90(upright))


@given(IMAGES, QUARTER_SCALES | st.sampled_from([(6, 2), (18, 3)]), BORDERS | st.just("constant"))
def test_flips(image, scale, border):
    P, R = scale
    codes = lbp.local_binary_pattern(image, P, R, border=border)
    mirrored = lbp.local_binary_pattern(image[:, ::-1], P, R, border=border)
    assert_array_equal(mirrored, permuted(codes[:, ::-1], P, lambda p: P // 2 - p))
    upside_down = lbp.local_binary_pattern(image[::-1], P, R, border=border)
    assert_array_equal(upside_down, permuted(codes[::-1], P, lambda p: -p))
    uniform = lbp.local_binary_pattern(image, P, R, "uniform", border=border)
    for axis in (0, 1):
        flipped = lbp.local_binary_pattern(np.flip(image, axis), P, R, "uniform", border=border)
        assert_array_equal(flipped, np.flip(uniform, axis))


@given(IMAGES, QUARTER_SCALES | st.sampled_from([(7, 2.2), (31, 5)]), BORDERS,
       st.integers(1, 250), st.integers(-999, 999))  # fmt: skip
@pytest.mark.parametrize("method", ["default", "ror"])
def test_brightness_and_contrast(method, image, scale, border, gain, offset):
    P, R = scale
    codes = lbp.local_binary_pattern(image, P, R, method, border=border)
    changed = image.astype(np.int32) * gain + offset
    assert_array_equal(lbp.local_binary_pattern(changed, P, R, method, border=border), codes)
    assert_array_equal(
        lbp.local_binary_pattern(changed.astype(np.int64), P, R, method, border=border), codes
    )


@given(IMAGES, QUARTER_SCALES, BORDERS)
def test_integer_dtypes_agree(image, scale, border):
    P, R = scale
    codes = lbp.local_binary_pattern(image, P, R, border=border)
    for dtype in (np.uint16, np.int16, np.uint32, np.int64, np.uint64, np.float32, np.float64):
        # Small integers are exact in floating point too.
        found = lbp.local_binary_pattern(image.astype(dtype), P, R, border=border)
        assert_array_equal(found, codes)


@given(IMAGES)
def test_square_quarter_turns_and_flips(image):
    codes = lbp.square_lbp(image)
    turned = lbp.square_lbp(np.rot90(image))
    assert_array_equal(turned, permuted(np.rot90(codes), 8, lambda p: p + 2))
    assert_array_equal(lbp.square_lbp(image[::-1]), permuted(codes[::-1], 8, lambda p: -p))


@pytest.mark.parametrize(("P", "R"), [(8, 1), (16, 2), (24, 3)])
def test_a_pixel_depends_on_nothing_beyond_the_radius(P, R):
    image = np.random.default_rng(0).integers(0, 256, (40, 50), np.uint8)
    codes = lbp.local_binary_pattern(image, P, R)
    reach = R + 1
    part = lbp.local_binary_pattern(image[7:31, 11:44], P, R)
    inner = slice(reach, -reach)
    assert_array_equal(part[inner, inner], codes[7:31, 11:44][inner, inner])
