"""How much faster `ril.compat.skimage` is than scikit-image: one thread, rounds in turn.

    python benchmarks/skimage_compat.py [RADIOGRAPH]

The radiograph, or a drawn hand, is brought to 512 x 512. Results must be equal in every bit before
they are timed. Columns: medians in ns per pixel, and the median of the rounds' ratios.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import cv2
import numpy as np
from skimage.feature import local_binary_pattern as theirs

from ril.compat.skimage import local_binary_pattern as ours
from train.data.phantom import draw_hand

SIZE = 512
ROUNDS = 9
CALLS = [
    (8, 1, "ror"), (8, 1, "uniform"), (8, 1, "var"), (12, 1.5, "ror"),
    (16, 2, "ror"), (16, 2, "uniform"), (24, 3, "ror"), (24, 3, "uniform"),
]  # fmt: skip


def radiograph() -> np.ndarray:
    if len(sys.argv) > 1:
        picture = cv2.imread(sys.argv[1], cv2.IMREAD_GRAYSCALE)
        if picture is None:
            sys.exit(f"{sys.argv[1]} is no picture that OpenCV reads")
    else:
        picture = draw_hand(96, True, seed=3, size=SIZE)
    return cv2.resize(picture, (SIZE, SIZE), interpolation=cv2.INTER_AREA)


def nanoseconds(function: Callable[..., np.ndarray], *arguments: object) -> float:
    start = time.perf_counter()
    function(*arguments)
    return (time.perf_counter() - start) / SIZE**2 * 1e9


def main() -> None:
    image = radiograph()
    for P, R, method in CALLS:
        call = (image, P, R, method)
        expected, values = theirs(*call), ours(*call)
        if not np.array_equal(values.view(np.uint64), expected.view(np.uint64)):
            sys.exit(f"the results differ at P = {P}, R = {R}, {method}")
        slow, fast = [], []
        for _ in range(ROUNDS):
            slow.append(nanoseconds(theirs, *call))
            fast.append(min(nanoseconds(ours, *call) for _ in range(3)))
        ratio = statistics.median(s / f for s, f in zip(slow, fast, strict=True))
        print(
            f"{P:2d}, {R:<3} {method:8} scikit-image {statistics.median(slow):6.1f}, "
            f"ril {statistics.median(fast):5.2f} ns/px, {ratio:4.0f}x"
        )


if __name__ == "__main__":
    main()
