import hashlib
from math import inf, nan

import numpy as np
import pytest

from train.data.phantom import FaultProbabilities, contact_sheet, draw_hand
from train.data.phantom.growth import proportions
from train.data.phantom.skeleton import build_skeleton
from train.data.phantom.subject import draw_posture, draw_subject


@pytest.mark.parametrize("size", [64, 100, 224, 512])
def test_shape_and_dtype(size):
    for seed in range(4):
        picture = draw_hand(90, True, seed, size=size)
        assert picture.dtype == np.uint8
        assert picture.flags.c_contiguous
        height, width = picture.shape
        assert height == size
        assert 0.63 * size <= width <= size


@pytest.mark.parametrize("age", [0, 1, 7.5, 24, 60, 130, 200, 240])
@pytest.mark.parametrize("is_male", [False, True])
def test_every_age_gives_a_picture_with_contrast(age, is_male):
    for seed in range(6):
        picture = draw_hand(age, is_male, seed, size=96)
        assert picture.std() > 8
        assert np.percentile(picture, 99) - np.percentile(picture, 5) > 30


def test_same_arguments_give_the_same_bytes():
    first = draw_hand(100, False, 3, size=128)
    draw_hand(50, True, 4, size=128)
    assert np.array_equal(draw_hand(100, False, 3, size=128), first)
    assert np.array_equal(draw_hand(100.0, False, np.int64(3), size=128), first)


def test_arguments_matter():
    pictures = [
        draw_hand(100, False, 3, size=128),
        draw_hand(100, False, 4, size=128),
        draw_hand(130, False, 3, size=128),
        draw_hand(100, True, 3, size=128),
    ]
    assert len({hashlib.sha256(picture.tobytes()).digest() for picture in pictures}) == 4


def test_frame_belongs_to_the_seed_not_to_the_age():
    for seed in range(5):
        assert draw_hand(5, False, seed, size=96).shape == draw_hand(200, True, seed, size=96).shape


def test_bones_are_brighter_than_the_background():
    # Median over seeds, because a marker or a collimator may cover a corner.
    gaps = []
    for seed in range(9):
        picture = draw_hand(120, True, seed, size=128).astype(float)
        height, width = picture.shape
        middle = picture[height // 2 : 3 * height // 4, width // 3 : 2 * width // 3]
        gaps.append(middle.mean() - np.median(picture[: height // 8]))
    assert np.median(gaps) > 30


@pytest.mark.parametrize("age", [-1, -0.001, 240.5, nan, inf, -inf])
def test_age_out_of_range(age):
    with pytest.raises(ValueError, match="age_months"):
        draw_hand(age, True, 0)


def test_size_and_seed_out_of_range():
    with pytest.raises(ValueError, match=r"size .* 63"):
        draw_hand(100, True, 0, size=63)
    with pytest.raises(ValueError, match=r"seed .* -1"):
        draw_hand(100, True, -1)
    with pytest.raises(TypeError):
        draw_hand(100, True, 0, size=128.5)


def test_left_hand_with_fingers_up_and_thumb_on_the_right():
    for seed in range(10):
        skeleton = build_skeleton(120, True, draw_subject(seed), draw_posture(seed))
        thumb, middle, little = (skeleton.rays[ray][-1] for ray in (1, 3, 5))
        assert little[0] < middle[0] < thumb[0]
        assert middle[1] < 0 < skeleton.forearm[0][1]


def test_newborn_skeleton_has_no_nuclei():
    for seed in range(10):
        skeleton = build_skeleton(0, False, draw_subject(seed), draw_posture(seed))
        assert all(bone.stage.width == 0 for bone in skeleton.tubular)
        assert all(bone.stage.size == 0 for bone in skeleton.short)


def test_everybody_is_fused_at_twenty():
    for seed in range(20):
        for is_male in (False, True):
            skeleton = build_skeleton(240, is_male, draw_subject(seed), draw_posture(seed))
            assert all(bone.stage.fusion == 1 for bone in skeleton.tubular)


def test_proportions_approach_the_adult():
    newborn, adult = proportions(0, True), proportions(228, True)
    assert newborn.finger_flesh > 1.3
    assert newborn.carpus > 1.2
    assert adult.carpus == pytest.approx(1, abs=0.01)
    assert adult.bone_width == pytest.approx(1, abs=0.01)


def test_contact_sheet():
    sheet = contact_sheet(0, ages_years=(1, 8, 15), num_columns=2, size=64)
    assert sheet.dtype == np.uint8
    assert sheet.shape[0] == 4 * 86
    assert 2 * 40 < sheet.shape[1] <= 2 * 66


def test_contact_sheet_has_room_for_turned_films():
    turned = FaultProbabilities(turned_probability=1.0)
    sheet = contact_sheet(1, ages_years=(8,), num_columns=2, size=64, fault_probabilities=turned)
    assert sheet.shape[0] == 2 * 86
