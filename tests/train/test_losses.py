import numpy as np
import pytest
import torch

from train.age_classes import age_values_months
from train.losses import bone_age_loss, expected_months

VALUES = torch.tensor(age_values_months("upper"), dtype=torch.float32)


def test_expectation_of_certainty_is_the_value_of_the_class() -> None:
    logits = torch.full((2, 19), -100.0)
    logits[0, 4] = logits[1, 18] = 100.0
    torch.testing.assert_close(expected_months(logits, VALUES), torch.tensor([60.0, 228.0]))


def test_plain_loss_is_cross_entropy_by_hand() -> None:
    logits = torch.randn(4, 19, generator=torch.Generator().manual_seed(0))
    months = torch.tensor([1.0, 12.0, 13.0, 228.0])
    log_probabilities = logits.double().log_softmax(dim=1).numpy()
    expected = -np.mean(log_probabilities[np.arange(4), [0, 0, 1, 18]])
    assert bone_age_loss(logits, months, VALUES, 0.0).item() == pytest.approx(expected, rel=1e-6)


def test_mae_term_is_in_years() -> None:
    logits = torch.full((1, 19), -100.0)
    logits[0, 4] = 100.0
    months = torch.tensor([54.0])
    assert bone_age_loss(logits, months, VALUES, 2.0).item() == pytest.approx(2 * 6 / 12)


def test_gradient_points_from_the_wrong_to_the_right_age() -> None:
    logits = torch.zeros(1, 19, requires_grad=True)
    bone_age_loss(logits, torch.tensor([30.0]), VALUES, 1.0).backward()
    assert logits.grad.argmin() == 2
    assert logits.grad[0, 18] > logits.grad[0, 9] > 0
