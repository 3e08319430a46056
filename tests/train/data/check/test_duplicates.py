import cv2
import numpy as np
import pytest

from train.data.check.duplicates import fingerprint, same_films
from train.data.phantom import draw_hand


@pytest.fixture(scope="module")
def hands() -> list[np.ndarray]:
    return [draw_hand(100 + 5 * number, True, number, size=200) for number in range(6)]


def as_jpeg(picture: np.ndarray) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 70])[1], 0)


@pytest.mark.parametrize(
    "saved_again",
    [
        lambda hand: hand,
        lambda hand: hand.astype(np.uint16) * 200,
        lambda hand: cv2.resize(hand, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA),
        lambda hand: as_jpeg((hand * 0.8 + 20).astype(np.uint8)),
        lambda hand: hand[4:-4, 3:-3],
        lambda hand: as_jpeg(hand[4:-4, 3:-3]),
    ],
    ids=["same", "16 bit", "smaller", "jpeg", "edges cut", "edges cut, jpeg"],
)
def test_a_film_saved_again_is_found_and_no_other(hands: list[np.ndarray], saved_again) -> None:
    prints = np.stack([fingerprint(hand) for hand in [*hands, saved_again(hands[2])]])
    assert list(same_films(prints)) == [(2, 6)]


def test_blank_pictures_are_no_copies_of_each_other() -> None:
    blank = fingerprint(np.zeros((20, 20), np.uint8))
    assert list(same_films(np.stack([blank, blank]))) == []


def test_pairs_across_blocks() -> None:
    prints = np.random.default_rng(0).normal(size=(2500, 2, 64)).astype(np.float32)
    prints[2400] = prints[3]
    prints[2401, 0] = prints[5, 1]
    prints[2402, 1] = prints[7, 0]
    prints /= np.linalg.norm(prints, axis=2, keepdims=True)
    assert sorted(same_films(prints)) == [(3, 2400), (5, 2401), (7, 2402)]
