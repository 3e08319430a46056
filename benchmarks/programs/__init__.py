"""The programs that are compared: one file each, `local_binary_pattern(image, P, R, method)`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

import numpy as np

LocalBinaryPattern = Callable[[np.ndarray, int, float, str], np.ndarray]


class Program(NamedTuple):
    """A peer of `ril.lbp`, or `ril` behind another door."""

    name: str
    module: str
    methods: tuple[str, ...]
    note: str
    expected_share: float = 0.98
    """Least share of the pixels inside the border that must agree with ours."""
    same_as: str = ""
    """The program whose values it must give everywhere, to the last bit."""

    @property
    def function(self) -> LocalBinaryPattern:
        """The program itself; ImportError where it is not installed."""
        return load(self.module)


PROGRAMS = (
    Program(
        "ril.compat.skimage",
        "benchmarks.programs.ril_compat",
        ("default", "ror", "uniform", "var"),
        "scikit-image's function and its very values, computed by ril",
        same_as="scikit-image",
    ),
    Program(
        "scikit-image",
        "benchmarks.programs.scikit_image",
        ("default", "ror", "uniform", "var"),
        "float64; offsets rounded to five decimals",
    ),
    Program("fastlbp", "benchmarks.programs.fast_lbp", ("ror",), "float64, as scikit-image"),
    Program(
        "mahotas",
        "benchmarks.programs.mahotas_lbp",
        ("ror",),
        "computes something else: its interpolation is off by up to 250 grey levels",
        expected_share=0.0,
    ),
    Program(
        "OpenCV by hand",
        "benchmarks.programs.opencv_by_hand",
        ("ror",),
        "filter2D in float32 for each sample; OpenCV itself has LBP histograms in cv2.face alone",
        expected_share=0.95,
    ),
    Program(
        "NumPy by hand", "benchmarks.programs.numpy_by_hand", ("ror",), "shifted pictures, float64"
    ),
    Program(
        "torch by hand",
        "benchmarks.programs.torch_by_hand",
        ("ror",),
        "shifted tensors, float32",
        expected_share=0.95,
    ),
    Program(
        "numba by hand", "benchmarks.programs.numba_by_hand", ("ror",), "loops over pixels, float64"
    ),
)


@cache
def load(module: str) -> LocalBinaryPattern:
    """The function of one of the files here."""
    function: LocalBinaryPattern = importlib.import_module(module).local_binary_pattern
    return function


def present(programs: Iterable[Program] = PROGRAMS) -> tuple[list[Program], dict[str, str]]:
    """Those that can be imported, and of each other one why not."""
    here, absent = [], {}
    for program in programs:
        try:
            program.function  # noqa: B018
        except ImportError as error:
            absent[program.name] = str(error)
        else:
            here.append(program)
    return here, absent
