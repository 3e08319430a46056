"""Any view of any array, arguments of any kind; `make fuzz` goes on for longer."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from ril import lbp, reference

DTYPES = st.sampled_from(["?", "u1", "i1", "<u2", ">u2", "i2", "u4", "i8", "<f4", ">f8"])
METHODS = st.sampled_from(["default", "ror", "rank", "uniform", "nri_uniform", "var"])
BORDERS = st.sampled_from(["edge", "constant", "reflect"])
SCALES = st.tuples(st.integers(1, 16), st.floats(0.01, 40) | st.sampled_from([1, 1.5, 2, 3]))


@st.composite
def views(draw):
    """Axes in any order, cut and stepped through in either direction, of up to four axes."""
    shape = draw(st.lists(st.integers(0, 4), max_size=2))
    shape += draw(st.lists(st.integers(0, 14), min_size=2, max_size=2))
    base = np.random.default_rng(draw(st.integers(0, 99))).integers(0, 6, [n + 3 for n in shape])
    base = (base * draw(st.sampled_from([1, 41]))).astype(draw(DTYPES))
    step = st.sampled_from([1, 1, 2, -1, -2])
    cuts = [slice(None, None, draw(step)) for _ in shape]
    view = base[tuple(cuts)][tuple(slice(n) for n in shape)]
    return view.transpose(draw(st.permutations(range(view.ndim))))


@given(views(), st.lists(SCALES, min_size=1, max_size=3), METHODS, BORDERS,
       st.integers(0, 4), st.booleans())  # fmt: skip
def test_any_view(image, scales, method, border, num_threads, in_place):
    expected = reference.multiscale_lbp(image, scales, method, border=border)
    out = np.full_like(expected, 93) if in_place else None
    options = {"border": border, "num_threads": num_threads, "out": out}
    values = lbp.multiscale_lbp(image, scales, method, **options)
    assert_array_equal(values, expected, strict=True)
    assert out is None or values is out


# Whatever a caller may pass by mistake.
ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from([8, 1, "ror", "edge", b"ror", 8.0, 1j, np.float32(2), np.int64(16), [8], {}])
    | st.builds(np.zeros, st.lists(st.integers(0, 3), max_size=3), DTYPES)
)


def outcome(function, *arguments, **options):
    """The values, or the error and what it says."""
    try:
        return function(*arguments, **options)
    except (TypeError, ValueError) as error:
        return type(error), str(error)


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING, st.integers(0, 63))
def test_any_argument(image, P, R, method, border, num_threads, which):
    """Each argument is right or anything; both implementations do the same about it."""
    right = [np.arange(12, dtype=np.uint8).reshape(3, 4), 8, 1.5, "uniform", "reflect", 2]
    wrong = [image, P, R, method, border, num_threads]
    chosen = [w if which >> i & 1 else r for i, (w, r) in enumerate(zip(wrong, right, strict=True))]
    options = {"border": chosen[4], "num_threads": chosen[5]}
    values, expected = (
        outcome(module.local_binary_pattern, *chosen[:4], **options) for module in (lbp, reference)
    )
    if isinstance(values, np.ndarray):
        assert_array_equal(values, expected, strict=True)
    else:
        assert values == expected
        assert values[1], "an error without a word"
