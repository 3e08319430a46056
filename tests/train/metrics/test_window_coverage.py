import json

import numpy as np
import pytest

from train.metrics import window_coverage

QUADRANTS = np.array([[0.5, -0.5, -0.5], [0.5, 0.5, 0.5]])  # upper left, lower right


def coverage(theta: np.ndarray, boxes: list[list[float]], regions: list[str]):
    return window_coverage(theta[None], [np.array(boxes, dtype=np.float64)], [regions])


def test_shares_by_hand() -> None:
    boxes = [
        [-0.4, -0.4, -0.2, -0.2],  # inside the first window
        [-0.2, -0.2, 0.6, 0.6],  # 1/16 in the first, 9/16 in the second, centre in the second
        [0.2, -0.8, 0.6, -0.4],  # in neither
        [-0.6, -0.1, -0.4, 0.3],  # a quarter in the first, centre outside
    ]
    found = coverage(QUADRANTS, boxes, ["DIP", "MCP", "DIP", "PIP"])
    assert (found.num_radiographs, found.num_boxes) == (1, 4)
    assert found.centre_covered.value == 0.5
    assert found.area_covered.value == pytest.approx((1 + 9 / 16 + 0 + 1 / 4) / 4)
    assert found.picture_covered == pytest.approx(0.5)
    to_centre = np.hypot([0.2, 0.3, 0.9, 0.0], [0.2, 0.3, 0.1, 0.6])
    assert found.centre_distance.value == pytest.approx(to_centre.mean() / 2)
    assert found.idle_windows == 0
    by_region = {of.region: (of.num_boxes, of.centre_covered) for of in found.regions}
    assert by_region == {"DIP": (2, 0.5), "MCP": (1, 1.0), "PIP": (1, 0.0)}


def test_two_halves_do_not_make_a_whole() -> None:
    beside = np.array([[0.25, -0.25, 0.0], [0.25, 0.25, 0.0]])
    found = coverage(beside, [[-0.2, -0.1, 0.2, 0.1]], ["Wrist"])
    assert found.area_covered.value == pytest.approx(0.5)
    assert found.picture_covered == pytest.approx(0.125)


def test_windows_without_a_box() -> None:
    found = coverage(QUADRANTS, [[-0.4, -0.4, -0.2, -0.2]], ["Wrist"])
    assert found.idle_windows == 0.5


def test_every_radiograph_counts_once_whatever_its_boxes() -> None:
    inside, outside = [-0.4, -0.4, -0.2, -0.2], [0.2, -0.4, 0.4, -0.2]
    found = window_coverage(
        np.stack((QUADRANTS, QUADRANTS)),
        [np.array([inside]), np.array([outside, outside, outside])],
        [["DIP"], ["DIP"] * 3],
    )
    assert found.centre_covered.value == 0.5
    assert found.regions[0].centre_covered == 0.25
    assert json.loads(json.dumps(found.to_json()))["regions"][0]["num_boxes"] == 4
