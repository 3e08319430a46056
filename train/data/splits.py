"""Divide a data set into training, validation and test rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from train.age_classes import class_from_months
from train.errors import UserError, require

PAPER_NUM_TEST = 1376


@dataclass(frozen=True, kw_only=True)
class SplitConfig:
    """Which rows are for what."""

    num_test: int = PAPER_NUM_TEST
    """Test rows: the first by ascending id, as a number. The paper takes 1,376."""
    num_validation: int = 1000
    """Rows drawn from the rest, on which the best epoch is selected; not used with --num-folds."""
    select_on_test: bool = False
    """Select on the test rows, as the paper did. Its figures are then no held-out figures."""
    num_folds: int = 0
    """Cross-validation: folds that the rows not for the test are divided into; 0 makes none.
    One fold validates, the others train; make one run for each --fold, with the same --seed."""
    fold: int = 0
    """The fold to validate on: 0..num_folds - 1."""

    def __post_init__(self) -> None:
        require(self.num_test >= 1, "num_test must be at least 1", self.num_test)
        require(self.num_validation >= 1, "num_validation must be at least 1", self.num_validation)
        require(
            self.num_folds == 0 or self.num_folds >= 2,
            "num_folds must be 0 or at least 2",
            self.num_folds,
        )
        if self.fold > 0 and self.num_folds == 0:
            raise UserError("fold needs num_folds, which says how many folds there are")
        require(
            0 <= self.fold < max(self.num_folds, 1),
            f"fold must be at least 0 and below num_folds ({self.num_folds})",
            self.fold,
        )
        if self.num_folds > 0 and self.select_on_test:
            raise UserError("select_on_test leaves nothing for num_folds; choose one of them")


@dataclass(frozen=True)
class Split:
    """The three parts of a data set; each has the columns of `LabelledRadiographs.table`."""

    training: pd.DataFrame
    validation: pd.DataFrame
    test: pd.DataFrame

    def without(self, ids: Collection[int | str]) -> Split:
        """The same parts without these rows.

        Raises:
            UserError: nothing is left of a part.
        """
        parts = {}
        for name, rows in vars(self).items():
            parts[name] = rows[~rows["id"].isin(list(ids))].reset_index(drop=True)
            if parts[name].empty:
                raise UserError(f"no picture of the {len(rows)} {name} rows can be read")
        return Split(**parts)


def split_rows(table: pd.DataFrame, config: SplitConfig, seed: int) -> Split:
    """Divide the rows; the test rows do not depend on the seed.

    The validation rows are drawn from the others in proportion over sex and age class; so are
    folds, which differ by one row at most.

    Raises:
        UserError: the data set is too small for the numbers asked for.
    """
    table = table.sort_values("id", ignore_index=True)
    num_training_rows(len(table), config)
    test, rest = table.iloc[: config.num_test], table.iloc[config.num_test :]
    if config.select_on_test:
        return Split(training=rest.reset_index(drop=True), validation=test, test=test)
    order = _stratified_order(rest, seed)
    if config.num_folds:
        chosen = order[config.fold :: config.num_folds]
    else:
        chosen = order[(np.arange(config.num_validation) * len(rest)) // config.num_validation]
    is_validation = np.zeros(len(rest), dtype=bool)
    is_validation[chosen] = True
    return Split(
        training=rest[~is_validation].reset_index(drop=True),
        validation=rest[is_validation].reset_index(drop=True),
        test=test,
    )


def num_training_rows(num_rows: int, config: SplitConfig) -> int:
    """How many of `num_rows` rows train.

    Raises:
        UserError: the data set is too small for the numbers asked for.
    """
    num_validation = config.num_folds or config.num_validation
    if config.num_test + num_validation >= num_rows:
        raise UserError(
            f"{config.num_test} test and {num_validation} validation rows leave no training "
            f"rows of {num_rows}; ask for fewer"
        )
    rest = range(num_rows - config.num_test)
    if config.select_on_test:
        return len(rest)
    if config.num_folds:
        return len(rest) - len(rest[config.fold :: config.num_folds])
    return len(rest) - num_validation


def _stratified_order(rows: pd.DataFrame, seed: int) -> np.ndarray:
    """Positions by sex, class and a random key: evenly spaced ones are a stratified choice."""
    key = np.random.default_rng(seed).random(len(rows))
    classes = class_from_months(rows["bone_age_months"].to_numpy())
    keys = (key, classes, rows["is_male"].to_numpy()) if "is_male" in rows else (key, classes)
    return np.lexsort(keys)
