"""Every head: its loss by hand, its gradient, and the way from ages to outputs and back."""

import numpy as np
import pytest
import torch

from train.age_classes import age_values_months, class_from_months
from train.heads import NUM_OUTPUTS, Head, make_head
from train.heads.classes import ClassesHead
from train.heads.distribution import DistributionHead
from train.heads.ordinal import OrdinalHead
from train.heads.regression import RegressionHead

UPPER = age_values_months("upper")
TRAINING = np.array([20, 60, 100, 140, 180])
MONTHS = torch.tensor([1.0, 6.0, 12.0, 13.0, 96.0, 100.5, 216.0, 217.0, 228.0])
CLASSES = torch.from_numpy(class_from_months(MONTHS.numpy()))


def head(name: str, mae_weight: float = 1.0) -> Head:
    return make_head(
        name,
        age_values_months=UPPER,
        training_months=TRAINING,
        mae_weight=mae_weight,
        label_sigma_months=6.0,
    )


def perfect_outputs(name: str, months: torch.Tensor) -> torch.Tensor:
    """What a network that knows the ages would say, as far as the head lets it."""
    classes = torch.from_numpy(class_from_months(months.numpy()))
    if name == "classes":
        return 100.0 * torch.eye(19)[classes]
    if name == "ordinal":
        return torch.where(torch.arange(18) < classes[:, None], 100.0, -100.0)
    if name == "distribution":
        return DistributionHead(6.0, 1.0).soft_labels(months)
    return ((months - TRAINING.mean()) / TRAINING.std())[:, None]


@pytest.mark.parametrize("name", NUM_OUTPUTS)
def test_perfect_outputs_have_no_loss_and_name_the_age(name: str) -> None:
    outputs = perfect_outputs(name, MONTHS)
    assert outputs.shape == (len(MONTHS), NUM_OUTPUTS[name])
    names_classes = name in ("classes", "ordinal")
    truth = torch.from_numpy(UPPER).float()[CLASSES] if names_classes else MONTHS
    torch.testing.assert_close(head(name).ages(outputs).months, truth, atol=2e-2, rtol=0)
    assert head(name).loss(outputs, truth).item() == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("name", ["classes", "distribution", "ordinal"])
def test_probabilities_are_probabilities(name: str) -> None:
    outputs = 4 * torch.randn(50, NUM_OUTPUTS[name], dtype=torch.float64)
    ages = head(name).ages(outputs)
    assert ages.probabilities.shape == (50, 19)
    assert ages.probabilities.dtype == ages.months.dtype == torch.float64
    assert (ages.probabilities >= 0).all()
    torch.testing.assert_close(ages.probabilities.sum(dim=1), torch.ones(50, dtype=torch.float64))


@pytest.mark.parametrize("name", ["classes", "ordinal"])
def test_perfect_probabilities_are_on_the_class_of_the_age(name: str) -> None:
    probabilities = head(name).ages(perfect_outputs(name, MONTHS)).probabilities
    torch.testing.assert_close(probabilities, torch.eye(19)[CLASSES])


@pytest.mark.parametrize("name", NUM_OUTPUTS)
@pytest.mark.parametrize("mae_weight", [0.0, 2.0])
def test_gradient_is_that_of_the_loss(name: str, mae_weight: float) -> None:
    torch.manual_seed(0)
    own = head(name, mae_weight)
    outputs = torch.randn(3, NUM_OUTPUTS[name], requires_grad=True)
    months = torch.tensor([30.0, 100.0, 200.0])
    own.loss(outputs, months).backward()
    direction = torch.randn_like(outputs)
    step = 1e-2 * direction
    with torch.no_grad():
        rise = own.loss(outputs + step, months) - own.loss(outputs - step, months)
    assert rise.item() == pytest.approx(2 * (outputs.grad * step).sum().item(), rel=0.02)


@pytest.mark.parametrize("name", NUM_OUTPUTS)
def test_following_the_gradient_finds_the_age(name: str) -> None:
    own = head(name)
    outputs = torch.zeros(3, NUM_OUTPUTS[name], requires_grad=True)
    months = torch.tensor([24.0, 120.0, 204.0])
    optimizer = torch.optim.Adam([outputs], lr=0.05)
    for _ in range(400):
        optimizer.zero_grad()
        own.loss(outputs, months).backward()
        optimizer.step()
    torch.testing.assert_close(own.ages(outputs).months, months, atol=3.0, rtol=0)


@pytest.mark.parametrize("name", NUM_OUTPUTS)
def test_16_bit_outputs_are_judged_in_float32(name: str) -> None:
    outputs = torch.randn(4, NUM_OUTPUTS[name]).bfloat16()
    months = torch.tensor([24.0, 120.0, 204.0, 7.0])
    loss = head(name).loss(outputs, months)
    assert loss.dtype == torch.float32
    assert torch.equal(loss, head(name).loss(outputs.float(), months))


def test_plain_classes_are_cross_entropy_by_hand() -> None:
    logits = torch.randn(4, 19, generator=torch.Generator().manual_seed(0))
    months = torch.tensor([1.0, 12.0, 13.0, 228.0])
    log_probabilities = logits.double().log_softmax(dim=1).numpy()
    expected = -np.mean(log_probabilities[np.arange(4), [0, 0, 1, 18]])
    assert ClassesHead(UPPER, 0.0).loss(logits, months).item() == pytest.approx(expected, rel=1e-6)


def test_mae_term_is_in_years() -> None:
    logits = torch.full((1, 19), -100.0)
    logits[0, 4] = 100.0
    loss = ClassesHead(UPPER, 2.0).loss(logits, torch.tensor([54.0]))
    assert loss.item() == pytest.approx(2 * 6 / 12)


def test_expectation_of_certainty_is_the_value_of_the_class() -> None:
    logits = torch.full((2, 19), -100.0)
    logits[0, 4] = logits[1, 18] = 100.0
    ages = ClassesHead(UPPER, 0.0).ages(logits)
    torch.testing.assert_close(ages.months, torch.tensor([60.0, 228.0]))


def test_ordinal_loss_is_the_likelihood_of_the_class() -> None:
    torch.manual_seed(0)
    logits = torch.randn(len(MONTHS), 18)
    own = OrdinalHead(UPPER, 0.0)
    probabilities = own.ages(logits.double()).probabilities
    expected = -probabilities[torch.arange(len(MONTHS)), CLASSES].log().mean()
    assert own.loss(logits, MONTHS).item() == pytest.approx(expected.item(), rel=1e-6)


def test_a_step_learns_from_the_radiographs_of_its_condition_alone() -> None:
    logits = torch.zeros(1, 18, requires_grad=True)
    OrdinalHead(UPPER, 0.0).loss(logits, torch.tensor([42.0])).backward()  # class 3
    np.testing.assert_allclose(logits.grad[0, :5], [-0.5, -0.5, -0.5, 0.5, 0])


def test_ordinal_logits_of_any_size_stay_finite() -> None:
    own = OrdinalHead(UPPER, 1.0)
    logits = torch.tensor([[1e4, -1e4] * 9], requires_grad=True)
    loss = own.loss(logits, torch.tensor([42.0]))
    loss.backward()
    assert loss.isfinite()
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize("sigma", [1.0, 6.0, 8.0])
def test_soft_labels_have_their_mean_and_width_at_either_end(sigma: float) -> None:
    own = DistributionHead(sigma, 1.0)
    months = torch.tensor([1.0, 114.5, 228.0])
    probabilities = own.soft_labels(months).double().exp()
    mean = probabilities @ own.months
    deviation = (probabilities * (own.months - mean[:, None]).square()).sum(dim=1).sqrt()
    np.testing.assert_allclose(mean, months, atol=0.03)
    np.testing.assert_allclose(deviation, sigma, rtol=0.02)


def test_months_are_counted_into_their_classes() -> None:
    own = DistributionHead(6.0, 1.0)
    logits = torch.full((5, 276), -100.0)
    for row, month in enumerate((-20, 12, 13, 228, 250)):
        logits[row, own.months.tolist().index(month)] = 100.0
    ages = own.ages(logits)
    assert ages.probabilities.argmax(dim=1).tolist() == [0, 0, 1, 18, 18]
    torch.testing.assert_close(ages.months, torch.tensor([1.0, 12.0, 13.0, 228.0, 228.0]))


def test_regression_is_standardised_by_the_training_rows() -> None:
    own, std = RegressionHead(TRAINING), float(TRAINING.std())
    outputs = torch.tensor([[0.0], [1.0], [-90.0]])
    ages = own.ages(outputs)
    torch.testing.assert_close(ages.months, torch.tensor([100.0, 100.0 + std, 1.0]))
    assert ages.probabilities is None
    months = torch.tensor([100.0, 100.0 + 3 * std])
    assert own.loss(outputs[:2], months).item() == pytest.approx(1.0)
