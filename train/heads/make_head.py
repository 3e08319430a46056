"""The head that a configuration asks for."""

from __future__ import annotations

from typing import Literal

import numpy as np

from train.age_classes import NUM_CLASSES
from train.heads.classes import ClassesHead
from train.heads.distribution import NUM_MONTHS, DistributionHead
from train.heads.head import Head
from train.heads.ordinal import OrdinalHead
from train.heads.regression import RegressionHead

HeadName = Literal["classes", "distribution", "ordinal", "regression"]
NUM_OUTPUTS: dict[HeadName, int] = {
    "classes": NUM_CLASSES,
    "distribution": NUM_MONTHS,
    "ordinal": NUM_CLASSES - 1,
    "regression": 1,
}
"""Width of the network's last layer for each head."""
HEADS_OVER_CLASSES: tuple[HeadName, ...] = ("classes", "ordinal")
"""Those whose age is an expectation over the classes; the others name months."""


def make_head(
    name: HeadName,
    *,
    age_values_months: np.ndarray,
    training_months: np.ndarray,
    mae_weight: float,
    label_sigma_months: float,
) -> Head:
    """A head; it takes what it needs.

    Args:
        name: of the head.
        age_values_months: (19,) months that each class stands for.
        training_months: (N,) ages of the training rows.
        mae_weight: of the expectation's MAE in years, where there is another term.
        label_sigma_months: width of the soft labels.
    """
    if name == "classes":
        return ClassesHead(age_values_months, mae_weight)
    if name == "ordinal":
        return OrdinalHead(age_values_months, mae_weight)
    if name == "distribution":
        return DistributionHead(label_sigma_months, mae_weight)
    return RegressionHead(training_months)
