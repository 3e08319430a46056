from pathlib import Path

import numpy as np
import pytest

from ril import reference
from train.data.augmentation import Augmentation
from train.data.decode import decode
from train.data.letterbox import letterbox
from train.data.preprocessing import Preprocessor
from train.data.texture import TEXTURES, grey_channel, texture_channels
from train.errors import UserError


@pytest.fixture
def canvas() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (20, 20), dtype=np.uint8)


@pytest.mark.parametrize(
    ("shape", "inner"),
    [((100, 60), (64, 38)), ((60, 100), (38, 64)), ((20, 10), (64, 32)), ((1, 300), (1, 64))],
)
def test_letterbox_keeps_the_aspect_ratio(shape: tuple, inner: tuple) -> None:
    result = letterbox(np.full(shape, 200, np.uint8), 64)
    assert result.shape == (64, 64)
    rows, columns = np.nonzero(result)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == inner
    assert abs(rows.min() - (63 - rows.max())) <= 1
    assert set(np.unique(result)) == {0, 200}


def test_letterbox_keeps_sixteen_bits() -> None:
    result = letterbox(np.full((50, 50), 40000, np.uint16), 32)
    assert result.dtype == np.uint16
    assert (result == 40000).all()


def test_each_texture_is_what_the_definition_says(canvas: np.ndarray) -> None:
    lbp = reference.local_binary_pattern
    ranks = [lbp(canvas, P, R, "rank") for P, R in ((8, 1), (16, 2), (24, 3))]
    expected = {
        "grey": [canvas] * 3,
        "square": [reference.square_lbp(canvas)] * 3,
        "circular": [lbp(canvas, 8, 1)] * 3,
        "rotation_invariant": [lbp(canvas, 8, 1, "ror")] * 3,
        "multiscale": ranks,
        "mixed": [canvas, *ranks[:2]],
    }
    assert set(expected) == set(TEXTURES)
    for texture in TEXTURES:
        channels = texture_channels(canvas, texture)
        assert channels.dtype == np.uint8
        np.testing.assert_array_equal(channels, np.stack(expected[texture]), err_msg=texture)


def test_codes_do_not_change_with_bit_depth(canvas: np.ndarray) -> None:
    deep = canvas.astype(np.uint16) * 257
    for texture in TEXTURES:
        np.testing.assert_array_equal(
            texture_channels(deep, texture)[1:], texture_channels(canvas, texture)[1:]
        )


def test_twelve_bit_pictures_use_the_whole_grey_range() -> None:
    picture = np.linspace(0, 4095, 50).astype(np.uint16).reshape(5, 10)
    grey = grey_channel(picture)
    assert grey.dtype == np.uint8
    assert (grey.min(), grey.max()) == (0, 255)
    assert grey_channel(np.zeros((3, 3), np.uint16)).max() == 0


def test_augmentation_is_decided_by_its_generator(canvas: np.ndarray) -> None:
    augmentation = Augmentation(rotation_degrees=20, scale=0.1, translation=0.1)
    first, again, other = (augmentation(canvas, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_augmentation_of_nothing_and_of_a_mirror(canvas: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(Augmentation()(canvas, rng), canvas)
    mirrored = Augmentation(flip_probability=1)(canvas, rng)
    np.testing.assert_array_equal(mirrored, canvas[:, ::-1])


@pytest.mark.parametrize(
    "wrong",
    [
        {"rotation_degrees": -1},
        {"scale": 1},
        {"translation": 2},
        {"flip_probability": 1.5},
    ],
)
def test_impossible_augmentation(wrong: dict) -> None:
    with pytest.raises(UserError, match=f"{next(iter(wrong))} must be"):
        Augmentation(**wrong)


def test_preprocessor_is_its_steps(canvas: np.ndarray) -> None:
    preprocessor = Preprocessor(size=48, texture="mixed")
    expected = texture_channels(letterbox(canvas, 48), "mixed")
    np.testing.assert_array_equal(preprocessor(canvas), expected)
    with pytest.raises(UserError, match="size must be at least 32"):
        Preprocessor(size=16)


def test_full_size_radiographs(real_radiographs: Path) -> None:
    for path in sorted(real_radiographs.iterdir())[:3]:
        channels = Preprocessor(size=224)(decode(path))
        assert channels.shape == (3, 224, 224)
        assert all(len(np.unique(channel)) > 20 for channel in channels)
