from pathlib import Path

import numpy as np
import torch

from train.data.augmentation import Augmentation
from train.data.dataset import (
    FEMALE,
    MALE,
    UNKNOWN_SEX,
    FixedOrder,
    RadiographDataset,
    TrainingOrder,
    Visit,
    make_loader,
)
from train.data.labels import read_data_set
from train.data.preprocessing import Preprocessor


def dataset(folder: Path, **options: object) -> RadiographDataset:
    return RadiographDataset(read_data_set(folder).table, Preprocessor(size=32), **options)


def order(first_step: int = 0, seed: int = 0) -> list[list[Visit]]:
    return list(TrainingOrder(23, 4, num_steps=17, first_step=first_step, seed=seed))


def test_an_epoch_visits_each_row_once_but_the_incomplete_batch() -> None:
    batches = order()
    for epoch in range(3):
        visits = [visit for batch in batches[5 * epoch : 5 * epoch + 5] for visit in batch]
        assert {visit.epoch for visit in visits} == {epoch}
        assert len({visit.row for visit in visits}) == 20
    assert len(batches) == 17


def test_order_from_any_step_on_is_the_rest_of_the_whole() -> None:
    whole = order()
    for first_step in range(18):
        assert order(first_step) == whole[first_step:]
    assert order(seed=1) != whole
    assert whole[:5] != whole[5:10]


def test_a_row_that_comes_again_in_an_epoch_looks_different(data_set: Path) -> None:
    weights = np.full(23, 0.1)
    weights[5] = 20
    batches = list(TrainingOrder(23, 4, num_steps=5, first_step=0, seed=0, weights=weights))
    visits = [visit for batch in batches for visit in batch]
    repeats = [visit.repeat for visit in visits if visit.row == 5]
    assert repeats == list(range(len(repeats)))
    assert len(repeats) > 10
    own = dataset(data_set, augmentation=Augmentation(rotation_degrees=20))
    assert not torch.equal(own[Visit(0, 5, 0)].channels, own[Visit(0, 5, 1)].channels)


def test_weighted_order_from_any_step_on_is_the_rest_of_the_whole() -> None:
    weights = np.linspace(0.5, 2, 23)

    def order(first_step: int) -> list[list[Visit]]:
        return list(
            TrainingOrder(23, 4, num_steps=17, first_step=first_step, seed=0, weights=weights)
        )

    whole = order(0)
    assert all(order(first_step) == whole[first_step:] for first_step in range(18))


def test_items(data_set: Path) -> None:
    channels, sex, months = dataset(data_set)[Visit(0, 9)]
    assert channels.shape == (3, 32, 32)
    assert channels.dtype == torch.uint8
    assert (sex, months) == (MALE, 30)


def test_items_depend_on_seed_epoch_and_row_alone(data_set: Path) -> None:
    augmentation = Augmentation(rotation_degrees=20)
    one = dataset(data_set, augmentation=augmentation, seed=5)
    two = dataset(data_set, augmentation=augmentation, seed=5)
    assert torch.equal(two[Visit(1, 3)].channels, two[Visit(1, 3)].channels)
    assert torch.equal(one[Visit(1, 3)].channels, two[Visit(1, 3)].channels)
    assert not torch.equal(one[Visit(1, 3)].channels, one[Visit(2, 3)].channels)
    other = dataset(data_set, augmentation=augmentation, seed=6)
    assert not torch.equal(one[Visit(1, 3)].channels, other[Visit(1, 3)].channels)


def test_sex_is_hidden_as_often_as_asked(data_set: Path) -> None:
    visits = [Visit(epoch, row) for epoch in range(10) for row in range(60)]
    hidden = dataset(data_set, unknown_sex_probability=0.25)
    sexes = np.array([int(hidden[visit].sex) for visit in visits])
    assert abs(np.mean(sexes == UNKNOWN_SEX) - 0.25) < 0.06
    assert {FEMALE, MALE} < set(sexes.tolist())


def test_workers_change_nothing(data_set: Path) -> None:
    augmented = dataset(data_set, augmentation=Augmentation(rotation_degrees=20))

    def batches(num_workers: int) -> list[torch.Tensor]:
        whole = TrainingOrder(60, 8, num_steps=10, first_step=0, seed=0)
        return [batch.channels for batch in make_loader(augmented, whole, num_workers)]

    for alone, in_worker in zip(batches(0), batches(1), strict=True):
        assert torch.equal(alone, in_worker)


def test_fixed_order_ends_with_the_smaller_batch(data_set: Path) -> None:
    loader = make_loader(dataset(data_set), FixedOrder(60, 16), 0)
    months = [batch.bone_age_months for batch in loader]
    assert [len(part) for part in months] == [16, 16, 16, 12]
    assert torch.equal(torch.cat(months), 3.0 * torch.arange(1, 61))
