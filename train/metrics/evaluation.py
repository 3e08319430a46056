"""Everything that an evaluation says of a set of radiographs (paper section 1.4, and beyond)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from train.age_classes import (
    EXPECTATION_RULES,
    MONTHS_PER_CLASS,
    NUM_CLASSES,
    ExpectationRule,
    age_values_months,
    class_from_months,
)
from train.age_predictions import AgePredictions
from train.metrics.bootstrap import bootstrap_mean_interval

AGE_BAND_EDGES_YEARS = (0, 5, 10, 15, NUM_CLASSES)
TOLERANCES_MONTHS = (6, 12, 24)


@dataclass(frozen=True)
class Mean:
    """A mean over radiographs with its 95 % bootstrap interval."""

    value: float
    ci_low: float
    ci_high: float

    @classmethod
    def of(cls, values: np.ndarray) -> Mean:
        """Mean of (N,) values, N >= 1."""
        low, high = bootstrap_mean_interval(values)
        return cls(float(values.mean()), low, high)


@dataclass(frozen=True)
class RuleResult:
    """MAE under one rule for the months that a class stands for.

    Attributes:
        expectation_mae_months: of the softmax expectation.
        argmax_mae_months: of the most probable class alone.
        floor_mae_months: what a perfect classifier would get: the cost of quantisation.
    """

    rule: ExpectationRule
    expectation_mae_months: Mean
    argmax_mae_months: float
    floor_mae_months: float


@dataclass(frozen=True)
class SubgroupResult:
    """MAE and bias (predicted minus true) of some of the radiographs, in months."""

    name: str
    num_radiographs: int
    mae_months: Mean
    bias_months: float


@dataclass(frozen=True)
class Evaluation:
    """Figures of one network on one set of radiographs.

    Attributes:
        primary_rule: the rule that `mae_months` follows; None of a head that names months itself.
        rules: empty where there are no probabilities of classes.
    """

    num_radiographs: int
    primary_rule: ExpectationRule | None
    mae_months: Mean
    top1: Mean
    within_one_class: Mean
    rmse_months: float
    bias_months: float
    error_slope: float
    share_within_months: dict[int, float]
    mean_age_mae_months: float
    rules: tuple[RuleResult, ...]
    subgroups: tuple[SubgroupResult, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists."""
        return asdict(self)


def evaluate_predictions(
    predictions: AgePredictions,
    bone_age_months: np.ndarray,
    is_male: np.ndarray | None,
    *,
    training_months: np.ndarray,
    primary_rule: ExpectationRule | None,
) -> Evaluation:
    """Judge predictions.

    Args:
        predictions: for N radiographs.
        bone_age_months: (N,) true ages in months.
        is_male: (N,) bool; None where the sexes are not known: no subgroups by sex.
        training_months: (M,) ages of the training rows: for the `class_mean` rule and for the MAE
            of always answering their mean.
        primary_rule: what the predicted months are an expectation of; None where they are not one
            over classes.

    Raises:
        ValueError: there is nothing to judge.
    """
    if len(predictions.months) == 0:
        raise ValueError("there are no radiographs to evaluate")
    months = bone_age_months.astype(np.float64)
    true_class = class_from_months(months)
    predicted_class = predictions.classes
    error = predictions.months - months
    probabilities = predictions.probabilities
    return Evaluation(
        num_radiographs=len(months),
        primary_rule=primary_rule,
        mae_months=Mean.of(np.abs(error)),
        top1=Mean.of((predicted_class == true_class).astype(np.float64)),
        within_one_class=Mean.of((np.abs(predicted_class - true_class) <= 1).astype(np.float64)),
        rmse_months=float(np.sqrt(np.mean(error**2))),
        bias_months=float(error.mean()),
        error_slope=_slope(months, error),
        share_within_months={
            tolerance: float(np.mean(np.abs(error) <= tolerance)) for tolerance in TOLERANCES_MONTHS
        },
        mean_age_mae_months=float(np.abs(months - training_months.mean()).mean()),
        rules=()
        if probabilities is None
        else tuple(
            _rule_result(rule, probabilities, months, training_months) for rule in EXPECTATION_RULES
        ),
        subgroups=_subgroups(error, months, is_male),
    )


def _slope(months: np.ndarray, error: np.ndarray) -> float:
    """Months of error per month of age: below 0 where a network shrinks towards the mean."""
    centred = months - months.mean()
    spread = float(centred @ centred)
    return float(centred @ error) / spread if spread > 0 else 0.0


def _rule_result(
    rule: ExpectationRule,
    probabilities: np.ndarray,
    months: np.ndarray,
    training_months: np.ndarray,
) -> RuleResult:
    values = age_values_months(rule, training_months)
    return RuleResult(
        rule=rule,
        expectation_mae_months=Mean.of(np.abs(probabilities @ values - months)),
        argmax_mae_months=float(np.abs(values[probabilities.argmax(axis=1)] - months).mean()),
        floor_mae_months=float(np.abs(values[class_from_months(months)] - months).mean()),
    )


def _subgroups(
    error: np.ndarray, months: np.ndarray, is_male: np.ndarray | None
) -> tuple[SubgroupResult, ...]:
    sexes = {} if is_male is None else {"girls": ~is_male, "boys": is_male}
    years = months / MONTHS_PER_CLASS
    bands = {
        f"{low}-{high} years": (years > low) & (years <= high)
        for low, high in pairwise(AGE_BAND_EDGES_YEARS)
    }
    both = {
        f"{sex}, {band}": of_sex & of_band
        for sex, of_sex in sexes.items()
        for band, of_band in bands.items()
    }
    return tuple(
        SubgroupResult(
            name=name,
            num_radiographs=int(members.sum()),
            mae_months=Mean.of(np.abs(error[members])),
            bias_months=float(error[members].mean()),
        )
        for name, members in {**sexes, **bands, **both}.items()
        if members.any()
    )
