from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from train.age_classes import NUM_CLASSES, class_from_months
from train.data.labels import read_data_set
from train.data.splits import PAPER_NUM_TEST, SplitConfig, split_rows
from train.errors import UserError

TEST_CLASSES = [11, 41, 40, 27, 55, 36, 60, 69, 92, 106, 116, 125, 178, 204, 106, 71, 28, 9, 2]


def rows(number: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "id": rng.permutation(np.arange(number)),
            "bone_age_months": rng.integers(1, 229, number),
            "is_male": rng.random(number) < 0.5,
        }
    )


def test_parts_are_disjoint_and_complete() -> None:
    split = split_rows(rows(500), SplitConfig(num_test=100, num_validation=80), seed=0)
    parts = [set(part["id"]) for part in (split.training, split.validation, split.test)]
    assert [len(part) for part in parts] == [320, 80, 100]
    assert set.union(*parts) == set(range(500))
    assert parts[2] == set(range(100))


def test_seed_decides_the_validation_rows() -> None:
    first, again, other = (
        split_rows(rows(500), SplitConfig(num_test=100, num_validation=80), seed=seed)
        for seed in (3, 3, 4)
    )
    assert first.validation["id"].tolist() == again.validation["id"].tolist()
    assert first.validation["id"].tolist() != other.validation["id"].tolist()
    assert first.test["id"].tolist() == other.test["id"].tolist()


def test_validation_keeps_the_proportions_of_sex_and_age() -> None:
    split = split_rows(rows(4000), SplitConfig(num_test=1000, num_validation=300), seed=0)
    rest = pd.concat([split.training, split.validation])
    for sex in (False, True):
        for k in range(NUM_CLASSES):

            def share(part: pd.DataFrame, sex: bool = sex, k: int = k) -> float:
                classes = class_from_months(part["bone_age_months"].to_numpy())
                return float(np.mean((classes == k) & (part["is_male"] == sex)))

            assert share(split.validation) == pytest.approx(share(rest), abs=1.1 / 300)


def test_select_on_test_uses_the_test_rows_for_selection() -> None:
    split = split_rows(
        rows(500), SplitConfig(num_test=100, num_validation=80, select_on_test=True), seed=0
    )
    assert split.validation["id"].tolist() == split.test["id"].tolist()
    assert len(split.training) == 400


def test_folds_divide_the_rows_that_are_not_for_the_test() -> None:
    table = rows(4003)
    splits = [
        split_rows(table, SplitConfig(num_test=1000, num_folds=5, fold=fold), seed=0)
        for fold in range(5)
    ]
    folds = [set(split.validation["id"]) for split in splits]
    assert sorted(map(len, folds)) == [600, 600, 601, 601, 601]
    assert set.union(*folds) == set(range(1000, 4003))
    for split, fold in zip(splits, folds, strict=True):
        assert split.test["id"].tolist() == list(range(1000))
        assert set(split.training["id"]) == set(range(1000, 4003)) - fold
    for sex in (False, True):
        for k in range(NUM_CLASSES):
            counts = [
                np.sum(
                    (class_from_months(split.validation["bone_age_months"].to_numpy()) == k)
                    & (split.validation["is_male"] == sex)
                )
                for split in splits
            ]
            assert max(counts) - min(counts) <= 1


def test_impossible_folds() -> None:
    for wrong, message in (
        ({"num_folds": 1}, "num_folds must be 0 or at least 2, got 1"),
        ({"num_folds": 5, "fold": 5}, r"below num_folds \(5\), got 5"),
        ({"fold": 1}, "fold needs num_folds"),
        ({"num_folds": 5, "select_on_test": True}, "choose one of them"),
    ):
        with pytest.raises(UserError, match=message):
            SplitConfig(**wrong)


def test_too_few_rows() -> None:
    with pytest.raises(UserError, match="no training rows of 50"):
        split_rows(rows(50), SplitConfig(num_test=30, num_validation=20), seed=0)


def test_the_papers_split_of_the_official_labels(rsna_train: Path) -> None:
    table = read_data_set(rsna_train).table
    split = split_rows(table, SplitConfig(num_test=PAPER_NUM_TEST, num_validation=1000), seed=0)
    assert (split.test["id"].min(), split.test["id"].max()) == (1377, 2904)
    assert len(split.training) + len(split.validation) == 11235
    counts = np.bincount(class_from_months(split.test["bone_age_months"].to_numpy()))
    assert counts.tolist() == TEST_CLASSES
