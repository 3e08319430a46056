import numpy as np
import pytest
import torch

from train.age_classes import age_values_months
from train.losses import bone_age_loss, expected_months, window_loss

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


def windows(*positions: tuple[float, float]) -> torch.Tensor:
    return torch.tensor([[(0.3, *position) for position in positions]])


def test_windows_that_are_close_repel_each_other() -> None:
    anchors = torch.zeros(3, 2)
    theta = windows((0.0, 0.0), (0.1, 0.0), (0.8, 0.0)).requires_grad_()
    loss = window_loss(theta, anchors, diversity_weight=2.0, anchor_weight=0.0)
    assert loss.item() == pytest.approx(2 * (0.25 - 0.1) ** 2 / 3)
    loss.backward()
    assert theta.grad[0, 0, 1] > 0 > theta.grad[0, 1, 1]
    assert theta.grad[0, 2].tolist() == [0, 0, 0]


def test_windows_on_one_spot_have_a_finite_gradient() -> None:
    theta = windows((0.2, 0.1), (0.2, 0.1)).requires_grad_()
    window_loss(theta, torch.zeros(2, 2), diversity_weight=1.0, anchor_weight=0.1).backward()
    assert theta.grad.isfinite().all()


def test_anchors_pull() -> None:
    anchors = torch.tensor([[0.5, 0.0], [-0.5, 0.0]])
    theta = windows((0.5, 0.3), (-0.1, 0.0))
    loss = window_loss(theta, anchors, diversity_weight=1.0, anchor_weight=0.1)
    assert loss.item() == pytest.approx(0.1 * (0.09 + 0.16) / 2)


def test_a_single_window_has_nothing_to_keep_away_from() -> None:
    theta = windows((0.5, 0.0))
    loss = window_loss(theta, torch.zeros(1, 2), diversity_weight=1.0, anchor_weight=2.0)
    assert loss.item() == pytest.approx(0.5)
