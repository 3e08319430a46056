from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

def lbp(
    pictures: npt.NDArray[Any],
    scales: Sequence[tuple[int, float]],
    method: str,
    border: str,
    num_threads: int,
    values: npt.NDArray[Any],
) -> None: ...
def square_lbp(
    pictures: npt.NDArray[Any], border: str, num_threads: int, values: npt.NDArray[np.uint8]
) -> None: ...
def skimage_lbp(
    pictures: npt.NDArray[Any],
    offsets: Sequence[tuple[float, float]],
    method: str,
    num_threads: int,
    values: npt.NDArray[np.float64],
) -> None: ...
def lbp_histogram(
    values: npt.NDArray[Any],
    mask: npt.NDArray[np.uint8] | None,
    num_threads: int,
    counts: npt.NDArray[np.int64],
) -> None: ...
def local_binary_pattern_histogram(
    pictures: npt.NDArray[Any],
    P: int,
    R: float,
    method: str,
    border: str,
    mask: npt.NDArray[np.uint8] | None,
    num_threads: int,
    counts: npt.NDArray[np.int64],
) -> None: ...
def sampling(P: int, R: float) -> list[list[tuple[int, int, int]]]: ...
def num_rotation_classes(P: int) -> int: ...
def instruction_set() -> str: ...
def has_openmp() -> bool: ...
