from dataclasses import astuple

import numpy as np
import pytest

from train.data.phantom import FaultProbabilities, draw_hand
from train.data.phantom.faults import draw_faults
from train.data.phantom.imaging import draw_imaging

SOUND = FaultProbabilities(
    dark_frame_probability=0.0,
    bright_frame_probability=0.0,
    text_probability=0.0,
    underexposed_probability=0.0,
)


def exposures(variety: float) -> np.ndarray:
    faults = draw_faults(0, SOUND)
    drawn = [draw_imaging(seed, faults, variety) for seed in range(40)]
    return np.array([np.hstack(astuple(imaging)) for imaging in drawn])


def test_without_variety_all_films_are_exposed_alike():
    assert np.ptp(exposures(0.0), axis=0).max() == 0


def test_variety_is_the_distance_from_the_typical_film():
    typical, half, full = exposures(0.0), exposures(0.5), exposures(1.0)
    np.testing.assert_allclose(half, (typical + full) / 2)
    assert np.ptp(full, axis=0).min() > 0


def test_variety_shows_in_the_pictures():
    spread = [
        np.std(
            [
                np.percentile(
                    draw_hand(120, True, seed, size=96, variety=variety, fault_probabilities=SOUND),
                    (50, 95),
                )
                for seed in range(16)
            ],
            axis=0,
        )
        for variety in (0.0, 0.5, 1.0)
    ]
    assert np.all(np.diff(spread, axis=0) > 0)


@pytest.mark.parametrize("variety", [-0.1, 1.1, float("nan")])
def test_variety_is_0_to_1(variety):
    with pytest.raises(ValueError, match="variety"):
        draw_hand(120, True, 0, variety=variety)
