"""Divide a data set into training, validation and test rows."""

from __future__ import annotations

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
    """Rows drawn from the rest, on which the best epoch is selected."""
    select_on_test: bool = False
    """Select on the test rows, as the paper did. Its figures are then no held-out figures."""

    def __post_init__(self) -> None:
        require(self.num_test >= 1, "num_test must be at least 1", self.num_test)
        require(self.num_validation >= 1, "num_validation must be at least 1", self.num_validation)


@dataclass(frozen=True)
class Split:
    """The three parts of a data set; each has the columns of `LabelledRadiographs.table`."""

    training: pd.DataFrame
    validation: pd.DataFrame
    test: pd.DataFrame


def split_rows(table: pd.DataFrame, config: SplitConfig, seed: int) -> Split:
    """Divide the rows; the test rows do not depend on the seed.

    The validation rows are drawn from the others in proportion over sex and age class.

    Raises:
        UserError: the data set is too small for the numbers asked for.
    """
    table = table.sort_values("id", ignore_index=True)
    if config.num_test + config.num_validation >= len(table):
        raise UserError(
            f"{config.num_test} test and {config.num_validation} validation rows leave no training "
            f"rows of {len(table)}; ask for fewer"
        )
    test, rest = table.iloc[: config.num_test], table.iloc[config.num_test :]
    if config.select_on_test:
        return Split(training=rest.reset_index(drop=True), validation=test, test=test)
    is_validation = _stratified_choice(rest, config.num_validation, seed)
    return Split(
        training=rest[~is_validation].reset_index(drop=True),
        validation=rest[is_validation].reset_index(drop=True),
        test=test,
    )


def _stratified_choice(rows: pd.DataFrame, number: int, seed: int) -> np.ndarray:
    """Mark `number` rows, evenly spaced over the rows in order of sex, class and a random key."""
    key = np.random.default_rng(seed).random(len(rows))
    classes = class_from_months(rows["bone_age_months"].to_numpy())
    keys = (key, classes, rows["is_male"].to_numpy()) if "is_male" in rows else (key, classes)
    order = np.lexsort(keys)
    chosen = np.zeros(len(rows), dtype=bool)
    chosen[order[(np.arange(number) * len(rows)) // max(number, 1)]] = True
    return chosen
