import pytest
import torch

from train.losses import window_loss


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
