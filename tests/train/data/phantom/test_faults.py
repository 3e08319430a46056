"""Every fault of a film can be seen in the picture, and comes as often as it is asked for."""

from dataclasses import fields

import cv2
import numpy as np
import pytest

from train.data.film import judge
from train.data.phantom import draw_hand
from train.data.phantom.faults import FaultProbabilities, Faults, draw_faults
from train.errors import UserError

NAMES = [field.name for field in fields(Faults)]
NONE = dict.fromkeys((f"{name}_probability" for name in NAMES), 0.0)
SEEDS = range(6)


def film(seed: int, *faults: str, size: int = 160) -> np.ndarray:
    """A hand with these faults and no others."""
    wanted = FaultProbabilities(**{**NONE, **{f"{name}_probability": 1.0 for name in faults}})
    return draw_hand(40 + 30 * seed, seed % 2 == 0, seed, size=size, fault_probabilities=wanted)


def edges(picture: np.ndarray) -> list[float]:
    return [float(line.mean()) for line in (picture[0], picture[-1], picture[:, 0], picture[:, -1])]


def noise(picture: np.ndarray) -> float:
    """Of a pixel against its neighbours, in parts of the range of the hand's greys."""
    grain = np.abs(cv2.Laplacian(picture.astype(float), cv2.CV_64F))
    return float(np.median(grain) / (np.percentile(picture, 95) - np.percentile(picture, 5)))


@pytest.mark.parametrize("name", NAMES)
def test_every_fault_changes_the_picture_and_is_repeatable(name: str) -> None:
    assert np.array_equal(film(1, name), film(1, name))
    assert not np.array_equal(film(1, name), film(1))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dark_frame_is_dark_on_all_sides(seed: int) -> None:
    assert max(edges(film(seed, "dark_frame"))) < 0.06 * 255


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bright_frame_is_bright_on_one_side_or_all(seed: int) -> None:
    assert max(edges(film(seed, "bright_frame"))) > 60


@pytest.mark.parametrize("seed", SEEDS)
def test_text_is_white_and_keeps_to_a_corner(seed: int) -> None:
    clean, written = film(seed, size=256).astype(int), film(seed, "text", size=256).astype(int)
    rows, columns = np.nonzero(written != clean)
    assert (written >= clean).all()
    assert (written > clean).sum() >= 20
    assert written[rows, columns].max() > 200
    assert np.ptp(rows) < 0.25 * clean.shape[0]
    assert rows.max() < 0.25 * clean.shape[0] or rows.min() > 0.75 * clean.shape[0]


def test_underexposed_films_are_noisy() -> None:
    noisy = [noise(film(seed, "underexposed")) for seed in SEEDS]
    assert min(noisy) > 2 * max(noise(film(seed)) for seed in SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_turned_and_inverted_films_are_recognised_as_such(seed: int) -> None:
    as_it_is, turned, inverted = (
        judge(film(seed, *name)).pose for name in ((), ("turned",), ("inverted",))
    )
    assert (as_it_is.quarter_turns, as_it_is.is_inverted) == (0, False)
    assert (turned.quarter_turns != 0, turned.is_inverted) == (True, False)
    assert (inverted.quarter_turns, inverted.is_inverted) == (0, True)


def test_usual_films_are_neither_turned_nor_inverted() -> None:
    usual = [draw_faults(seed, FaultProbabilities()) for seed in range(200)]
    assert not any(faults.turned or faults.inverted for faults in usual)


@pytest.mark.parametrize("name", NAMES)
def test_faults_are_as_frequent_as_asked_for(name: str) -> None:
    some = FaultProbabilities(**{**NONE, f"{name}_probability": 0.3})
    faults = [draw_faults(seed, some) for seed in range(400)]
    assert np.mean([getattr(of_one, name) for of_one in faults]) == pytest.approx(0.3, abs=0.07)
    assert not any(getattr(of_one, other) for of_one in faults for other in NAMES if other != name)


def test_a_higher_probability_only_adds_films_with_the_fault() -> None:
    for seed in range(100):
        few = draw_faults(seed, FaultProbabilities(inverted_probability=0.2))
        many = draw_faults(seed, FaultProbabilities(inverted_probability=0.6))
        assert many.inverted >= few.inverted
        assert many.dark_frame == few.dark_frame


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_probability_is_0_to_1(value: float) -> None:
    with pytest.raises(UserError, match="text_probability"):
        FaultProbabilities(text_probability=value)
