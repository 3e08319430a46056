from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ril import reference
from train.data.augmentation import Augmentation
from train.data.decode import decode
from train.data.letterbox import letterbox
from train.data.preprocessing import Preprocessor
from train.data.texture import TEXTURES, grey_channel, levelled_grey, texture_channels
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
        "mixed": [levelled_grey(canvas), *ranks[:2]],
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


def test_levels_are_the_film_s_own() -> None:
    film = np.repeat(np.arange(1, 201, dtype=np.uint8)[:, np.newaxis], 7, axis=1)
    grey = levelled_grey(film)
    assert grey.dtype == np.uint8
    # Of 200 equally frequent levels the tenth hundredth ends with 20, the 99th with 198.
    expected = np.clip((film.astype(int) - 21) * 255 // (198 - 21), 0, 255)
    np.testing.assert_array_equal(grey, expected)
    assert (grey.min(), grey.max()) == (0, 255)


@pytest.mark.parametrize(
    "shade", [lambda film: film // 6 + 35, lambda film: film.astype("u2") * 40]
)
def test_a_faint_film_and_a_deep_one_have_the_same_levels(shade: Callable) -> None:
    film = np.random.default_rng(0).integers(1, 200, (60, 40)).astype(np.uint8)
    difference = levelled_grey(shade(film)).astype(int) - levelled_grey(film)
    assert np.abs(difference).max() <= 255 / (180 / 6)  # the step of a level, where six became one


def test_black_around_the_film_is_no_level_of_it() -> None:
    film = np.random.default_rng(0).integers(30, 60, (64, 40)).astype(np.uint8)
    grey = levelled_grey(letterbox(film, 64))
    np.testing.assert_array_equal(grey[:, 12:52], levelled_grey(film))
    assert not grey[:, :12].any()
    assert not grey[:, 52:].any()


@pytest.mark.parametrize("level", [0, 7])
def test_a_flat_film_has_no_levels(level: int) -> None:
    assert not levelled_grey(np.full((5, 6), level, np.uint8)).any()


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


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_faint_films(dtype: type) -> None:
    film = np.random.default_rng(0).integers(1, 200, (40, 30)).astype(dtype)
    canvas = letterbox(film * (np.iinfo(dtype).max // 255), 40)
    faint, films = Augmentation(faint_probability=1), []
    for seed in range(50):
        film = faint(canvas, np.random.default_rng(seed))
        assert film.dtype == dtype
        assert not film[canvas == 0].any()  # what is around it stays black
        films.append(film[canvas > 0] / np.iinfo(dtype).max)
    contrasts = np.ptp(films, axis=1) / np.ptp(canvas / np.iinfo(dtype).max)
    assert 1 / 8 * 0.9 < contrasts.min() < 0.2
    assert 0.8 < contrasts.max() <= 1
    assert 0.1 < np.min(films, axis=1).max() < 0.25
    sometimes = Augmentation(faint_probability=0.3)
    changed = [
        (sometimes(canvas, np.random.default_rng(seed)) != canvas).any() for seed in range(200)
    ]
    assert 0.2 < np.mean(changed) < 0.4


@pytest.mark.parametrize(
    "wrong",
    [
        {"rotation_degrees": -1},
        {"scale": 1},
        {"translation": 2},
        {"flip_probability": 1.5},
        {"faint_probability": -0.1},
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
