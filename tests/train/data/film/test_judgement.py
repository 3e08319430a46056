"""Every pose of a drawn hand, the same of real ones, and what is no hand."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from train.data.decode import decode
from train.data.film import Pose, judge, righted
from train.data.film.gradients import as_if_righted, direction_histograms
from train.data.film.poses import POSES, posed
from train.data.phantom import draw_hand


@pytest.fixture(scope="module")
def hand() -> np.ndarray:
    return draw_hand(120, True, 2, size=200)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("pose", POSES)
def test_righting_undoes_a_pose(pose: Pose, dtype: type) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (20, 31)).astype(dtype)
    picture[0, :2] = 0, 255
    np.testing.assert_array_equal(righted(posed(picture, pose), pose), picture)


@pytest.mark.parametrize("pose", POSES)
def test_histograms_turn_with_the_picture(hand: np.ndarray, pose: Pose) -> None:
    """Sixteen poses cost one look at the picture."""
    square = cv2.resize(hand, (64, 64))
    turned = as_if_righted(direction_histograms(posed(square, pose)), pose)
    np.testing.assert_allclose(turned, direction_histograms(square), atol=1e-5)


@pytest.mark.parametrize("pose", POSES)
def test_a_drawn_hand_is_righted(hand: np.ndarray, pose: Pose) -> None:
    judgement = judge(posed(hand, pose))
    assert judgement.verdict == "hand"
    assert judgement.pose == pose


@pytest.mark.parametrize("months", [6, 30, 60, 180, 228])
def test_drawn_hands_of_all_ages_are_hands(months: int) -> None:
    judgement = judge(draw_hand(months, False, months + 1, size=160))
    assert judgement.verdict == "hand"
    assert (judgement.pose.is_inverted, judgement.pose.quarter_turns) == (False, 0)


def test_sixteen_bits_make_little_difference(hand: np.ndarray) -> None:
    """Eight bits are rounded when the picture is made small."""
    deep = judge(hand.astype(np.uint16) * 16)
    assert deep.pose == judge(hand).pose
    assert deep.preference == pytest.approx(judge(hand).preference, rel=0.1)


def no_hands() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:200, :160]
    text = np.full((200, 160), 255, np.uint8)
    for line in range(9):
        words = "".join(rng.choice(list("abc def ghi"), 14))
        cv2.putText(text, words, (4, 20 + 20 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0, 1)
    return {
        "blank": np.full((200, 160), 128, np.uint8),
        "noise": rng.integers(0, 256, (200, 160), dtype=np.uint8),
        "gradient": (rows + columns).astype(np.uint16),
        "disc": cv2.circle(np.zeros((200, 160), np.uint8), (80, 100), 60, 255, -1),
        "text": text,
    }


@pytest.mark.parametrize("name", no_hands())
def test_what_is_no_hand(name: str) -> None:
    judgement = judge(no_hands()[name])
    assert judgement.verdict in (("no hand", "doubtful") if name == "text" else ("no hand",))


def test_real_films_in_other_poses(rsna_train: Path) -> None:
    """Fifty test films, which the template has not seen; the rates are in experiments/README.md."""
    poses = [Pose(False, turns, inverted) for turns in range(4) for inverted in (False, True)]
    paths = sorted((rsna_train / "images").iterdir(), key=lambda path: int(path.stem))[:1376:28]
    right = []
    for number, path in enumerate(paths):
        pose = poses[number % len(poses)]
        found = judge(posed(decode(path), pose)).pose
        right.append(found[1:] == pose[1:])
    assert np.mean(right) >= 0.95
