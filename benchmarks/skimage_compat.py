"""How much faster `ril.compat.skimage` is than scikit-image: one thread, rounds in turn.

    python benchmarks/skimage_compat.py [RADIOGRAPH]

The radiograph, or a drawn hand, is brought to 512 x 512. Results must be equal in every bit before
they are timed. Times are the thread's own on a processor, so that other work on the machine counts
little. Columns: medians in ns per pixel, and the median of the rounds' ratios.
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
    function(*arguments)  # the other one has filled the cache
    start = time.thread_time()
    function(*arguments)
    return (time.thread_time() - start) / SIZE**2 * 1e9


def main() -> None:
    calls = [(radiograph(), *call) for call in CALLS]
    for call in calls:
        if not np.array_equal(ours(*call).view(np.uint64), theirs(*call).view(np.uint64)):
            sys.exit(f"the results differ at P, R, method = {call[1:]}")
    for call in calls:
        slow, fast = [], []
        for _ in range(ROUNDS):
            slow.append(nanoseconds(theirs, *call))
            fast.append(nanoseconds(ours, *call))
        ratio = statistics.median(s / f for s, f in zip(slow, fast, strict=True))
        _, P, R, method = call
        print(
            f"{P:2d}, {R:<3} {method:8} scikit-image {statistics.median(slow):6.1f}, "
            f"ril {statistics.median(fast):5.2f} ns/px, {ratio:4.0f}x"
        )


if __name__ == "__main__":
    main()
