"""The way of the data in PyTorch against the one in NumPy and OpenCV; on a GPU, where one is."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from ril import lbp
from train.data.augmentation import AS_IT_IS, Augmentation
from train.data.dataset import RadiographDataset, TrainingOrder, make_loader
from train.data.labels import read_data_set
from train.data.on_device import BatchesOnDevice
from train.data.on_device.augmentation import expose, warp
from train.data.on_device.patterns import circular_codes, ranks, smallest_rotations
from train.data.on_device.texture import texture_channels
from train.data.preprocessing import Preprocessor
from train.data.texture import TEXTURES
from train.data.texture import texture_channels as texture_channels_of_one
from train.errors import UserError

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
pytestmark = pytest.mark.parametrize("device", DEVICES)


def canvases(size: int, number: int = 4) -> np.ndarray:
    """Noise, smooth, letterboxed and flat pictures."""
    noise = np.random.default_rng(0).integers(0, 256, (number, size, size), dtype=np.uint8)
    noise[1] = cv2.GaussianBlur(noise[1], (0, 0), 3)
    noise[2] //= 64
    noise[2, :, : size // 3] = 0
    noise[3] = 255
    return noise


@pytest.mark.parametrize("texture", sorted(set(TEXTURES) - {"multiscale"}))
def test_channels(device: str, texture: str) -> None:
    pictures = canvases(40)
    channels = texture_channels(torch.from_numpy(pictures).to(device), texture)
    expected = np.stack([texture_channels_of_one(picture, texture) for picture in pictures])
    np.testing.assert_array_equal(channels.cpu().numpy(), expected, strict=True)


@pytest.mark.parametrize(("P", "R"), [(12, 1.5), (16, 2), (20, 3), (24, 3)])
def test_codes(device: str, P: int, R: float) -> None:
    pictures = canvases(40)
    codes = circular_codes(torch.from_numpy(pictures).to(device), P, R)
    smallest = smallest_rotations(codes, P)
    for values, method in ((codes, "default"), (smallest, "ror")):
        expected = lbp.local_binary_pattern(pictures, P, R, method)
        np.testing.assert_array_equal(values.cpu().numpy(), expected)
    if P <= 20:  # the table of 24 neighbours takes seconds
        expected = lbp.local_binary_pattern(pictures, P, R, "rank")
        np.testing.assert_array_equal(ranks(codes, P).cpu().numpy(), expected, strict=True)


def test_warp_is_opencv_s_within_a_grey_level(device: str) -> None:
    augmentation = Augmentation(
        rotation_degrees=30, scale=0.2, translation=0.1, flip_probability=0.5
    )
    pictures = canvases(64)
    matrices = [augmentation.matrix(64, np.random.default_rng(seed)) for seed in range(4)]
    warped = warp(torch.from_numpy(pictures).to(device), np.stack(matrices)).cpu().numpy()
    assert len(np.unique(warped[0])) > 100
    for seed, picture in enumerate(pictures):
        expected = augmentation(picture, np.random.default_rng(seed))
        assert np.abs(warped[seed].astype(int) - expected).max() <= 1


def test_exposures(device: str) -> None:
    pictures = canvases(32)
    fainter = Augmentation(faint_probability=0.5)
    exposures = [fainter.exposure(np.random.default_rng(seed)) for seed in range(4)]
    assert AS_IT_IS in exposures
    assert len(set(exposures)) > 2
    exposed = expose(torch.from_numpy(pictures).to(device), exposures).cpu().numpy()
    for one, picture, exposure in zip(exposed, pictures, exposures, strict=True):
        np.testing.assert_array_equal(one, exposure(picture), strict=True)


@pytest.mark.parametrize(
    "augmentation",
    [Augmentation(), Augmentation(rotation_degrees=20), Augmentation(faint_probability=0.5)],
)
def test_batches_are_the_loader_s(device: str, augmentation: Augmentation, data_set: Path) -> None:
    dataset = RadiographDataset(
        read_data_set(data_set).table,
        Preprocessor(size=32, texture="grey"),
        augmentation=augmentation,
        unknown_sex_probability=0.3,
        seed=3,
    )
    order = TrainingOrder(60, 16, num_steps=5, first_step=1, seed=0)
    batches = BatchesOnDevice(dataset, order, torch.device(device))
    for _ in range(2):  # it can be gone through again
        for batch, expected in zip(batches, make_loader(dataset, order, 0), strict=True):
            assert batch.channels.device.type == device
            difference = batch.channels.cpu().int() - expected.channels.int()
            assert difference.abs().max() <= (augmentation != Augmentation())
            assert torch.equal(batch.sex.cpu(), expected.sex)
            assert torch.equal(batch.bone_age_months.cpu(), expected.bone_age_months)


def test_sixteen_bits_are_refused(device: str, data_set: Path) -> None:
    cv2.imwrite(str(data_set / "images" / "5.png"), np.full((40, 40), 60000, np.uint16))
    dataset = RadiographDataset(read_data_set(data_set).table, Preprocessor(size=32))
    with pytest.raises(UserError, match=r"5.png: has 16 bits; --data-on-device takes 8-bit"):
        BatchesOnDevice(dataset, [], torch.device(device))
