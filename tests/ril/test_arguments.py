"""Refusals, in the same words on both sides, and the rules for `out`."""

import doctest
import inspect
from typing import get_type_hints

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ril import lbp, reference

IMAGE = np.arange(12, dtype=np.uint8).reshape(3, 4)
FINITE = np.zeros((2, 3, 4))
READ_ONLY = np.frombuffer(bytes(12), np.uint8).reshape(3, 4)
BROKEN = FINITE.copy()
BROKEN[1, 0, 2] = np.nan
BROKEN[1, 2, 3] = -np.inf

REFUSED = [
    ({"P": 0}, ValueError, r"P must be in 1\.\.31, got 0"),
    ({"P": 32}, ValueError, r"P must be in 1\.\.31, got 32"),
    ({"P": -8}, ValueError, "got -8"),
    ({"P": 2**80}, ValueError, str(2**80)),
    ({"P": True}, TypeError, "P must be an integer, got bool"),
    ({"P": np.True_}, TypeError, "P must be an integer, got bool"),
    ({"P": 8.0}, TypeError, "P must be an integer, got float"),
    ({"P": "8"}, TypeError, "P must be an integer, got str"),
    ({"P": 25, "method": "rank"}, ValueError, r"'rank' needs P of at most 24.*2\*\*P.*got 25"),
    ({"R": 0}, ValueError, r"R must be finite, above 0 and at most 2\*\*52, got 0.0"),
    ({"R": -1.5}, ValueError, "got -1.5"),
    ({"R": float("nan")}, ValueError, "got nan"),
    ({"R": float("inf")}, ValueError, "got inf"),
    ({"R": 1e300}, ValueError, r"got 1e\+300"),
    ({"R": "1"}, TypeError, "R must be a number, got str"),
    ({"R": True}, TypeError, "R must be a number, got bool"),
    ({"R": 1j}, TypeError, "R must be a number, got complex"),
    ({"method": "riu2"}, ValueError, r"method must be one of 'default', 'ror', .*got 'riu2'"),
    ({"method": None}, ValueError, "got None"),
    ({"method": ["ror"]}, ValueError, r"got \['ror'\]"),
    ({"border": "wrap"}, ValueError, "one of 'edge', 'constant', 'reflect', got 'wrap'"),
    ({"num_threads": -1}, ValueError, r"num_threads must be 0 \(all cores\) or more, got -1"),
    ({"num_threads": 1.5}, TypeError, "num_threads must be an integer, got float"),
    ({"num_threads": True}, TypeError, "num_threads must be an integer, got bool"),
    ({"image": 5}, ValueError, r"two axes \(\.\.\., H, W\), got \(\)"),
    ({"image": [1, 2]}, ValueError, r"got \(2,\)"),
    ({"image": IMAGE.astype(np.float16)}, TypeError, "float32 or float64, got float16"),
    ({"image": IMAGE.astype(np.longdouble)}, TypeError, "got float128"),
    ({"image": IMAGE.astype(complex)}, TypeError, "got complex128"),
    ({"image": IMAGE.astype(object)}, TypeError, "got object"),
    ({"image": IMAGE.astype("datetime64[s]")}, TypeError, r"got datetime64\[s\]"),
    ({"image": [["a", "b"]]}, TypeError, "got <U1"),
    ({"image": BROKEN}, ValueError, r"got 2 NaN or infinite pixels, the first at \(1, 0, 2\)"),
    ({"image": BROKEN.astype(">f4")[:, ::-1]}, ValueError, r"the first at \(1, 0, 3\)"),
    ({"out": [0]}, TypeError, "out must be a numpy.ndarray, got list"),
    ({"out": np.zeros((3, 4), np.uint16)}, TypeError, "out must be of uint8, got uint16"),
    ({"out": np.zeros((4, 3), np.uint8)}, ValueError, r"the shape \(3, 4\), got \(4, 3\)"),
    ({"out": np.zeros((1, 3, 4), np.uint8)}, ValueError, r"got \(1, 3, 4\)"),
    ({"out": np.zeros((3, 8), np.uint8)[:, ::2]}, ValueError, r"got the strides \(8, 2\)"),
    ({"out": np.zeros((4, 3), np.uint8).T}, ValueError, "C-contiguous"),
    ({"out": np.broadcast_to(IMAGE[:1, :1], (1, 1))}, ValueError, r"got \(1, 1\)"),
    ({"out": READ_ONLY}, ValueError, "out must be writeable, got a read-only array"),
    ({"out": IMAGE}, ValueError, "out must not share memory with image"),
]  # fmt: skip


def message(function, arguments, error):
    with pytest.raises(error) as caught:
        function(**arguments)
    assert type(caught.value) is error
    return str(caught.value)


@pytest.mark.parametrize(("change", "error", "match"), REFUSED)
def test_refusals(change, error, match):
    arguments = {"image": IMAGE, "P": 8, "R": 1, **change}
    said = message(lbp.local_binary_pattern, arguments, error)
    assert message(reference.local_binary_pattern, arguments, error) == said
    with pytest.raises(error, match=match):
        lbp.local_binary_pattern(**arguments)

    common = {k: v for k, v in arguments.items() if k not in ("P", "R", "method")}
    if not {"P", "R", "method"} & change.keys():
        said = message(lbp.square_lbp, common, error)
        assert message(reference.square_lbp, common, error) == said
    if "out" not in change:
        arguments = common | {"scales": [(8, 1), (arguments["P"], arguments["R"])]}
        arguments |= {"method": change.get("method", "ror")}
        said = message(lbp.multiscale_lbp, arguments, error)
        assert message(reference.multiscale_lbp, arguments, error) == said


@pytest.mark.parametrize(
    ("scales", "error", "match"),
    [
        ((), ValueError, "at least one pair"),
        (8, TypeError, "sequence of pairs .*got 8"),
        ((8, 1), TypeError, r"got \(8, 1\)"),
        (((8, 1, 2),), TypeError, "sequence of pairs"),
        (((8, 1), (40, 1)), ValueError, "got 40"),
    ],
)
def test_refused_scales(implementation, scales, error, match):
    with pytest.raises(error, match=match):
        implementation.multiscale_lbp(IMAGE, scales)


def test_numpy_scalars_are_numbers(implementation):
    found = implementation.local_binary_pattern(
        IMAGE, np.int64(8), np.float32(1), np.str_("ror"), num_threads=np.uint8(1)
    )
    assert_array_equal(found, implementation.local_binary_pattern(IMAGE, 8, 1.0, "ror"))


def test_infinity_is_compared_where_the_caller_opts_out(implementation):
    codes = implementation.local_binary_pattern(BROKEN, 8, 1, check_finite=False)
    assert codes[1, 0, 2] == 0
    assert codes[0, 0, 0] == 255


def test_out_is_written_and_returned(implementation):
    for function, shape in (
        (lambda out: implementation.local_binary_pattern(IMAGE, 8, 1, out=out), (3, 4)),
        (lambda out: implementation.multiscale_lbp(IMAGE, ((8, 1), (8, 2)), out=out), (2, 3, 4)),
        (lambda out: implementation.square_lbp(IMAGE, out=out), (3, 4)),
    ):
        whole = np.full((3, *shape), 77, np.uint8)
        returned = function(whole[1])
        assert returned.base is whole
        assert_array_equal(whole[1], function(None))
        assert (whole[[0, 2]] == 77).all()


def test_refused_calls_write_nothing(implementation):
    out = np.full(BROKEN.shape, 77, np.uint8)
    with pytest.raises(ValueError, match="finite"):
        implementation.local_binary_pattern(BROKEN, 8, 1, out=out)
    assert (out == 77).all()


def test_image_is_never_written(implementation):
    image = np.asfortranarray(np.arange(30.0).reshape(5, 6))
    before = image.copy()
    implementation.multiscale_lbp(image)
    assert_array_equal(image, before)


@pytest.mark.parametrize("name", ["local_binary_pattern", "multiscale_lbp", "square_lbp"])
def test_signatures_are_the_same(name):
    fast, plain = getattr(lbp, name), getattr(reference, name)
    assert inspect.signature(fast) == inspect.signature(plain)
    assert get_type_hints(fast) == get_type_hints(plain)


def test_examples_of_the_docstrings():
    assert doctest.testmod(lbp).attempted > 0
    assert doctest.testmod(lbp).failed == 0
