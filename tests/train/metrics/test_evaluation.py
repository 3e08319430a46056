import json

import numpy as np
import pytest

from train.age_classes import NUM_CLASSES, age_values_months, class_from_months
from train.age_predictions import AgePredictions
from train.metrics import evaluate_predictions
from train.metrics.bootstrap import bootstrap_mean_interval

RNG = np.random.default_rng(0)
MONTHS = RNG.integers(1, 229, 400)
IS_MALE = RNG.random(400) < 0.5
TRAINING = RNG.integers(1, 229, 2000)


def certain(classes: np.ndarray) -> np.ndarray:
    return np.eye(NUM_CLASSES)[classes]


def by_upper_edges(probabilities: np.ndarray) -> AgePredictions:
    return AgePredictions(probabilities @ age_values_months("upper"), probabilities)


def evaluate(probabilities: np.ndarray):
    return evaluate_predictions(
        by_upper_edges(probabilities),
        MONTHS,
        IS_MALE,
        training_months=TRAINING,
        primary_rule="upper",
    )


def test_perfect_classifier_pays_for_quantisation_alone() -> None:
    result = evaluate(certain(class_from_months(MONTHS)))
    assert result.top1.value == result.within_one_class.value == 1
    for rule in result.rules:
        assert rule.expectation_mae_months.value == pytest.approx(rule.floor_mae_months)
        assert rule.argmax_mae_months == pytest.approx(rule.floor_mae_months)
    upper = np.mean(12 * np.ceil(MONTHS / 12) - MONTHS)
    assert result.mae_months.value == pytest.approx(upper)
    assert result.bias_months == pytest.approx(upper)


def test_figures_by_hand() -> None:
    probabilities = np.zeros((3, NUM_CLASSES))
    probabilities[0, [0, 1]] = 0.75, 0.25  # 15 months under the rule of upper edges
    probabilities[1, 9] = 1  # 120
    probabilities[2, [2, 4]] = 0.5, 0.5  # 48, class 2
    result = evaluate_predictions(
        by_upper_edges(probabilities),
        np.array([15, 132, 18]),
        np.array([True, False, False]),
        training_months=np.array([100, 100]),
        primary_rule="upper",
    )
    assert result.mae_months.value == pytest.approx((0 + 12 + 30) / 3)
    assert result.bias_months == pytest.approx((0 - 12 + 30) / 3)
    assert result.rmse_months == pytest.approx(np.sqrt((0 + 144 + 900) / 3))
    assert (result.top1.value, result.within_one_class.value) == (0, 1)
    assert result.share_within_months == {6: 1 / 3, 12: 2 / 3, 24: 2 / 3}
    assert result.mean_age_mae_months == pytest.approx((85 + 32 + 82) / 3)
    groups = {group.name: group for group in result.subgroups}
    assert groups["girls"].num_radiographs == 2
    assert groups["girls"].mae_months.value == 21
    assert groups["boys"].bias_months == 0
    assert groups["girls, 10-15 years"].mae_months.value == 12
    assert "boys, 10-15 years" not in groups


def test_subgroups_add_up() -> None:
    result = evaluate(certain(RNG.integers(0, 19, 400)))
    sizes = {group.name: group.num_radiographs for group in result.subgroups}
    assert sizes["girls"] + sizes["boys"] == 400
    assert sum(size for name, size in sizes.items() if name[0].isdigit()) == 400
    assert sum(size for name, size in sizes.items() if "," in name) == 400


def test_slope_shows_shrinking_to_the_mean() -> None:
    middle = certain(np.full(400, 9))
    assert evaluate(middle).error_slope == pytest.approx(-1)
    assert abs(evaluate(certain(class_from_months(MONTHS))).error_slope) < 0.02


def test_result_is_plain_json() -> None:
    content = json.loads(json.dumps(evaluate(certain(class_from_months(MONTHS))).to_json()))
    assert content["num_radiographs"] == 400
    assert {rule["rule"] for rule in content["rules"]} == {"upper", "lower", "centre", "class_mean"}


def test_nothing_to_judge() -> None:
    with pytest.raises(ValueError, match="no radiographs"):
        evaluate_predictions(
            by_upper_edges(np.empty((0, 19))),
            np.empty(0),
            np.empty(0, bool),
            training_months=TRAINING,
            primary_rule="upper",
        )


def test_a_head_without_probabilities_is_judged_by_its_months() -> None:
    result = evaluate_predictions(
        AgePredictions(np.minimum(MONTHS + 3.0, 228), None),
        MONTHS,
        IS_MALE,
        training_months=TRAINING,
        primary_rule=None,
    )
    shift = np.minimum(228 - MONTHS, 3)
    assert result.mae_months.value == result.bias_months == pytest.approx(shift.mean())
    assert result.top1.value == np.mean((MONTHS + shift - 1) // 12 == (MONTHS - 1) // 12)
    assert result.within_one_class.value == 1
    assert result.rules == ()
    assert result.primary_rule is None


def test_bootstrap_interval_is_that_of_the_mean() -> None:
    values = np.random.default_rng(3).normal(5, 2, 400)
    low, high = bootstrap_mean_interval(values)
    half_width = 1.96 * values.std() / np.sqrt(400)
    assert low == pytest.approx(values.mean() - half_width, abs=0.03)
    assert high == pytest.approx(values.mean() + half_width, abs=0.03)
    assert bootstrap_mean_interval(values) == (low, high)
    assert bootstrap_mean_interval(np.array([2.0])) == (2.0, 2.0)
