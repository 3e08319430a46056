import numpy as np
import pytest

from train.age_classes import (
    EXPECTATION_RULES,
    MAX_MONTHS,
    NUM_CLASSES,
    age_values_months,
    class_from_months,
)
from train.data.labels import read_data_set


def test_whole_months_follow_the_only_unclamped_rule() -> None:
    months = np.arange(1, MAX_MONTHS + 1)
    classes = class_from_months(months)
    np.testing.assert_array_equal(classes, (months - 1) // 12)
    assert sorted(set(classes.tolist())) == list(range(NUM_CLASSES))


def test_fractional_months_belong_to_the_year_that_they_complete() -> None:
    np.testing.assert_array_equal(class_from_months(np.array([12.0, 12.01, 168.93])), [0, 1, 14])


@pytest.mark.parametrize("months", [0, -3, 228.5, 229, float("nan")])
def test_ages_outside_the_classes_are_refused(months: float) -> None:
    with pytest.raises(ValueError, match=r"1\.\.228 months, got"):
        class_from_months(np.array([10, months]))


def test_values_of_each_rule() -> None:
    np.testing.assert_array_equal(age_values_months("upper"), 12 * np.arange(1, 20))
    np.testing.assert_array_equal(age_values_months("lower"), 12 * np.arange(19))
    whole_months = np.arange(1, MAX_MONTHS + 1).reshape(NUM_CLASSES, 12)
    np.testing.assert_array_equal(age_values_months("centre"), whole_months.mean(axis=1))


def test_class_mean_falls_back_to_the_centre_of_an_empty_class() -> None:
    values = age_values_months("class_mean", np.array([1, 4, 24]))
    assert values[0] == 2.5
    assert values[1] == 24
    np.testing.assert_array_equal(values[2:], age_values_months("centre")[2:])


def test_class_mean_needs_training_ages() -> None:
    with pytest.raises(ValueError, match="training rows"):
        age_values_months("class_mean")


def test_cost_of_quantisation_on_the_official_labels(rsna_train) -> None:
    """The floors of a perfect classifier on the first 1,376 rows, in years."""
    table = read_data_set(rsna_train).table
    months = table["bone_age_months"].to_numpy()
    test, training = months[:1376], months[1376:]
    expected = {"upper": 0.212, "lower": 0.788, "centre": 0.309, "class_mean": 0.207}
    for rule in EXPECTATION_RULES:
        values = age_values_months(rule, training)
        floor = np.abs(values[class_from_months(test)] - test).mean() / 12
        assert floor == pytest.approx(expected[rule], abs=5e-4), rule
