"""What an installed wheel must do with NumPy alone: run me where neither sources nor torch are."""

import importlib.util
import sys
from pathlib import Path

import numpy as np

from ril import _core, lbp, reference

image = np.random.default_rng(0).integers(0, 256, (3, 20, 30), np.uint8)
for method in ("default", "ror", "rank", "uniform", "nri_uniform", "var"):
    expected = reference.local_binary_pattern(image, 8, 1, method)
    for num_threads in (1, 2):
        values = lbp.local_binary_pattern(image, 8, 1, method, num_threads=num_threads)
        assert np.array_equal(values, expected), method

assert Path(lbp.__file__).is_relative_to(sys.prefix), f"not the installed ril: {lbp.__file__}"
assert (Path(lbp.__file__).parent / "py.typed").exists()
assert _core.has_openmp(), "the wheel was built without OpenMP"
assert importlib.util.find_spec("train") is not None, "the wheel lacks train"
assert importlib.util.find_spec("torch") is None, "try the wheel where there is nothing but NumPy"
print(
    f"Python {sys.version.split()[0]}, NumPy {np.__version__}: {_core.instruction_set()}, "
    f"{Path(_core.__file__).name} equals the reference"
)
