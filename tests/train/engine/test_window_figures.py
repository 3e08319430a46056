import numpy as np
import pytest

from train.engine.window_figures import prediction_spread, window_figures

ANCHORS = np.array([[-0.5, 0.0], [0.5, 0.0]])


def theta(shift: np.ndarray) -> np.ndarray:
    """(V, 2, 3): windows of s = 0.3, shifted in x by (V, 2) from their anchors."""
    result = np.tile(np.array([[0.3, -0.5, 0.0], [0.3, 0.5, 0.0]]), (len(shift), 1, 1))
    result[..., 1] += shift
    return result.astype(np.float32)


def test_windows_that_stay_on_the_grid() -> None:
    figures = window_figures(theta(np.zeros((3, 2))), ANCHORS, 100)
    assert figures == {
        "window_mean_iou": 0,
        "window_position_std": 0,
        "window_moved_share": 0,
    }


def test_a_pixel_of_a_canvas_of_100_is_a_fiftieth() -> None:
    shift = np.array([[0.03, 0.0], [0.05, 0.0]])
    figures = window_figures(theta(shift), ANCHORS, 100)
    assert figures["window_moved_share"] == 0.25
    assert figures["window_position_std"] == pytest.approx(0.01 / 4, rel=1e-4)


def test_windows_on_one_spot() -> None:
    figures = window_figures(theta(np.array([[0.5, -0.5]])), ANCHORS, 100)
    assert figures["window_mean_iou"] == pytest.approx(1)


def test_a_network_that_knows_the_sex_alone_has_no_spread() -> None:
    sex = np.array([0, 1, 0, 1])
    assert prediction_spread(np.array([90.0, 120.0, 90.0, 120.0]), sex) == {
        "prediction_std_months_girls": 0,
        "prediction_std_months_boys": 0,
    }
    assert prediction_spread(np.array([90.0, 94.0]), np.zeros(2)) == {
        "prediction_std_months_girls": 2,
        "prediction_std_months_boys": 0,
    }
