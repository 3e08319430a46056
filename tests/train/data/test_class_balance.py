import numpy as np
import pytest

from train.age_classes import class_from_months
from train.data.class_balance import class_weights, weighted_order

# 300, 60 and 6 rows of three classes
MONTHS = np.repeat([30.0, 100.0, 200.0], [300, 60, 6])
CLASSES = class_from_months(MONTHS)


def visits_by_class(balance: float) -> np.ndarray:
    weights = class_weights(MONTHS, balance)
    assert weights.sum() == pytest.approx(len(MONTHS))
    return np.array([weights[k == CLASSES].sum() for k in np.unique(CLASSES)])


def test_weights_by_hand() -> None:
    np.testing.assert_allclose(visits_by_class(0), [300, 60, 6])
    np.testing.assert_allclose(visits_by_class(1), [122, 122, 122])
    roots = np.sqrt([300, 60, 6])
    np.testing.assert_allclose(visits_by_class(0.5), 366 * roots / roots.sum())


@pytest.mark.parametrize("balance", [0.0, 0.5, 1.0])
def test_an_epoch_has_as_many_rows_each_as_often_as_its_weight_up_to_rounding(
    balance: float,
) -> None:
    weights = class_weights(MONTHS, balance)
    order = weighted_order(weights, np.random.default_rng(3))
    assert len(order) == len(MONTHS)
    counts = np.bincount(order, minlength=len(MONTHS))
    assert (np.abs(counts - weights) < 1).all()
    assert (np.diff(order) != 1).mean() > 0.9  # shuffled


def test_no_row_is_favoured_in_the_long_run() -> None:
    weights = class_weights(MONTHS, 1)
    rng = np.random.default_rng(0)
    counts = sum(np.bincount(weighted_order(weights, rng), minlength=366) for _ in range(2000))
    np.testing.assert_allclose(counts / 2000, weights, rtol=0.12)
