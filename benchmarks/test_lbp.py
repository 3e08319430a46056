"""The same programs under pytest-benchmark, for its tables, comparisons and JSON.

    python -m pytest benchmarks --benchmark-group-by=param:scale --benchmark-columns=median,iqr
    python -m pytest benchmarks --benchmark-autosave --benchmark-compare

Answers are checked. Its rounds are not interleaved: take ratios from `python -m benchmarks`.
"""

import numpy as np
import pytest

from benchmarks.answers import check_against_reference, check_share, share_inside
from benchmarks.pictures import radiograph, square
from benchmarks.programs import PROGRAMS, Program
from benchmarks.records import SCALES
from ril import lbp


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return square(radiograph().pixels, 512, "uint8")


@pytest.fixture(params=SCALES, ids=lambda scale: f"{scale[0]},{scale[1]}")
def scale(request):
    return request.param


def test_ril(benchmark, image, scale):
    values = benchmark(lbp.local_binary_pattern, image, *scale, "ror")
    check_against_reference(image, values[np.newaxis], [scale], "ror", "ril")


def test_ril_three_scales_fused(benchmark, image):
    values = benchmark(lbp.multiscale_lbp, image, SCALES, "ror")
    check_against_reference(image, values, SCALES, "ror", "ril")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_peer(benchmark, image, scale, program: Program):
    pytest.importorskip(program.module, exc_type=ImportError)
    values = benchmark(program.function, image, *scale, "ror")
    ours = lbp.local_binary_pattern(image, *scale, "ror")
    share = share_inside(values, ours, scale[1], "ror")
    check_share(share, program.expected_share, program.name)
