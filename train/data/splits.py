"""Divide a data set into training, validation and test rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from train.age_classes import class_from_months
from train.errors import UserError

PAPER_NUM_TEST = 1376


@dataclass(frozen=True)
class Split:
    """The three parts of a data set; each has the columns of `LabelledRadiographs.table`."""

    training: pd.DataFrame
    validation: pd.DataFrame
    test: pd.DataFrame


def split_rows(
    table: pd.DataFrame,
    *,
    num_test: int,
    num_validation: int,
    seed: int,
    select_on_test: bool = False,
) -> Split:
    """The first `num_test` rows by ascending integer id are the test rows (the paper: 1,376).

    The validation rows, on which the epoch is selected, are drawn from the rest, in proportion
    over sex and age class. With `select_on_test` the test rows themselves are used for selection,
    as the paper did; its figures are then no held-out figures.

    Raises:
        UserError: the data set is too small for the numbers asked for.
    """
    table = table.sort_values("id", ignore_index=True)
    if num_test + num_validation >= len(table):
        raise UserError(
            f"{num_test} test and {num_validation} validation rows leave no training rows "
            f"of {len(table)}; ask for fewer"
        )
    test, rest = table.iloc[:num_test], table.iloc[num_test:]
    if select_on_test:
        return Split(training=rest.reset_index(drop=True), validation=test, test=test)
    is_validation = _stratified_choice(rest, num_validation, seed)
    return Split(
        training=rest[~is_validation].reset_index(drop=True),
        validation=rest[is_validation].reset_index(drop=True),
        test=test,
    )


def _stratified_choice(rows: pd.DataFrame, number: int, seed: int) -> np.ndarray:
    """Mark `number` rows, evenly spaced over the rows in order of sex, class and a random key."""
    key = np.random.default_rng(seed).random(len(rows))
    classes = class_from_months(rows["bone_age_months"].to_numpy())
    order = np.lexsort((key, classes, rows["is_male"].to_numpy()))
    chosen = np.zeros(len(rows), dtype=bool)
    chosen[order[(np.arange(number) * len(rows)) // max(number, 1)]] = True
    return chosen
