import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from train.config import TrainingConfig
from train.data.dataset import Batch
from train.engine.optimization import (
    fading_anchor_weight,
    hold_whole_picture,
    learning_rate,
    make_optimizer,
    network_part,
    set_learning_rates,
    train_step,
)
from train.engine.precision import autocast
from train.heads.classes import ClassesHead
from train.model.attention_network import AttentionNetwork
from train.model.bone_age_network import BoneAgeNetwork
from train.model.make_network import make_network
from train.model.network_config import NetworkConfig
from train.model.run_network import run_network
from train.recipes import paper

HEAD = ClassesHead(12.0 * np.arange(1, 20), mae_weight=1.0)
CONSTANT = TrainingConfig(learning_rate=0.1, schedule="constant", warmup_steps=0)


def test_constant_after_warmup() -> None:
    config = replace(CONSTANT, warmup_steps=4)
    rates = [learning_rate(config, step, 8) for step in range(8)]
    assert rates == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1, 0.1, 0.1, 0.1])


def test_the_papers_two_rates() -> None:
    config = paper().training
    assert {learning_rate(config, step, 80) for step in range(40)} == {1e-4}
    assert {learning_rate(config, step, 80) for step in range(40, 80)} == {5e-5}


def test_cosine_falls_from_the_top_to_nothing() -> None:
    config = replace(CONSTANT, schedule="cosine")
    rates = [learning_rate(config, step, 100) for step in range(100)]
    assert rates[0] == 0.1
    assert rates[50] == pytest.approx(0.05)
    assert rates == sorted(rates, reverse=True)
    assert 0 < rates[-1] < 1e-4


def test_steps_fall_at_their_epochs_and_nowhere_else() -> None:
    config = replace(CONSTANT, schedule="step", epochs=7, step_epochs=3, step_factor=0.5)
    rates = [learning_rate(config, step, 7 * 11) for step in range(7 * 11)]
    assert rates == [0.1] * 33 + [0.05] * 33 + [0.025] * 11


def test_weight_decay_spares_biases_norms_and_sex() -> None:
    network = BoneAgeNetwork(NetworkConfig())
    decayed, spared = make_optimizer(network, TrainingConfig(weight_decay=0.3)).param_groups
    assert (decayed["weight_decay"], spared["weight_decay"]) == (0.3, 0)
    assert all(parameter.ndim > 1 for parameter in decayed["params"])
    assert any(parameter is network.sex_shift.weight for parameter in spared["params"])
    number = len(decayed["params"]) + len(spared["params"])
    assert number == len(list(network.parameters()))


def test_steps_learn_a_batch_by_heart_and_reach_every_weight() -> None:
    torch.manual_seed(0)
    network = BoneAgeNetwork(NetworkConfig(dropout=0.0))
    config = TrainingConfig(learning_rate=2e-3)
    optimizer = make_optimizer(network, config)
    batch = Batch(
        torch.randint(0, 256, (6, 3, 64, 64), dtype=torch.uint8),
        torch.tensor([0, 1, 2, 0, 1, 2]),
        torch.tensor([6.0, 40.0, 80.0, 120.0, 160.0, 220.0]),
    )
    before = {name: parameter.clone() for name, parameter in network.named_parameters()}
    losses = [train_step(network, optimizer, HEAD, batch, config).loss for _ in range(12)]
    assert losses[-1] < 0.5 * losses[0]
    for name, parameter in network.named_parameters():
        assert not torch.equal(parameter, before[name]), name


def test_gradient_is_clipped() -> None:
    torch.manual_seed(0)
    network = BoneAgeNetwork(NetworkConfig())
    config = TrainingConfig(gradient_clip=1e-3)
    batch = Batch(
        torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8),
        torch.zeros(4, dtype=torch.long),
        torch.full((4,), 100.0),
    )
    figures = train_step(network, make_optimizer(network, config), HEAD, batch, config)
    norms = [parameter.grad.norm() for parameter in network.parameters()]
    assert torch.stack(norms).norm().item() == pytest.approx(1e-3, rel=1e-3)
    assert figures.gradient_norm > 1e-2  # the norm before


ATTENTION = NetworkConfig(attention=True, num_windows=4, crop_size=32, localiser_size=32)


@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_the_localiser_has_its_own_rate(optimizer: str) -> None:
    network = AttentionNetwork(ATTENTION)
    config = replace(
        CONSTANT, optimizer=optimizer, weight_decay=0.3, epochs=4, localiser_frozen_epochs=1
    )
    groups = make_optimizer(network, config)
    rates = {}
    for step in (4, 5, 19):
        set_learning_rates(groups, config, step, num_steps=20)
        rates[step] = {
            name: group["lr"]
            for group in groups.param_groups
            for name, parameter in network.named_parameters()
            if any(parameter is other for other in group["params"])
        }
        assert rates[step].keys() == dict(network.named_parameters()).keys()
    for name in rates[4]:
        is_localiser = name.startswith("localiser.")
        expected = [0, 0.01, 0.01] if is_localiser else [0.1] * 3
        assert [rates[step][name] for step in (4, 5, 19)] == pytest.approx(expected), name
    decayed = [group["weight_decay"] for group in groups.param_groups]
    assert decayed == ([0.3, 0, 0.3, 0] if optimizer == "adamw" else [0, 0, 0, 0])
    spared = [p for group in groups.param_groups[1::2] for p in group["params"]]
    for embedding in (network.recognition.sex_shift, network.recognition.region_embedding):
        assert any(embedding is parameter for parameter in spared)


def test_the_pull_to_the_grid_ends_at_the_middle() -> None:
    config = TrainingConfig(window_anchor_weight=0.1)
    weights = [fading_anchor_weight(config, step, 8) for step in range(8)]
    assert weights == pytest.approx([0.1, 0.075, 0.05, 0.025, 0, 0, 0, 0])


def test_parts_of_a_network_that_reads_the_whole_picture() -> None:
    network = make_network(replace(ATTENTION, whole_picture=True))
    parts = {"localiser": set(), "whole_picture": set(), "other": set()}
    for name, _ in network.named_parameters():
        parts[network_part(network, name)].add(".".join(name.split(".")[:2]))
    assert parts["localiser"] == {"localiser.head"}
    assert parts["whole_picture"] == {
        *("localiser.body", "whole_picture.classifier", "whole_picture.sex_shift")
    }
    config = replace(CONSTANT, whole_picture_learning_rate_factor=0.5, localiser_frozen_epochs=0)
    optimizer = make_optimizer(network, config)
    set_learning_rates(optimizer, config, step=0, num_steps=config.epochs)
    rates = {group["part"]: group["lr"] for group in optimizer.param_groups}
    expected = {"other": 0.1, "localiser": 0.01, "whole_picture": 0.05}
    assert rates == pytest.approx(expected)


def test_the_whole_picture_can_be_held() -> None:
    torch.manual_seed(0)
    network = make_network(replace(ATTENTION, whole_picture=True))
    config = replace(CONSTANT, whole_picture_learning_rate_factor=0.0, localiser_frozen_epochs=0)
    hold_whole_picture(network, config)
    optimizer = make_optimizer(network, config)
    before = {name: parameter.clone() for name, parameter in network.named_parameters()}
    for _ in range(2):  # the layers that name the windows start at zero
        train_step(network, optimizer, HEAD, BATCH, config)
    for name, parameter in network.named_parameters():
        is_held = network_part(network, name) == "whole_picture"
        assert torch.equal(parameter, before[name]) == is_held, name
        assert (parameter.grad is None) == is_held, name


def test_the_age_that_windows_alone_name_has_its_weight() -> None:
    losses = {}
    for weight in (0.0, 0.5):
        torch.manual_seed(0)
        network = make_network(replace(ATTENTION, whole_picture=True, dropout=0.0))
        config = replace(CONSTANT, window_age_weight=weight)
        optimizer = make_optimizer(network, config)
        network.train()
        outputs = run_network(network, BATCH.channels, BATCH.sex).window_outputs
        of_windows = HEAD.loss(outputs, BATCH.bone_age_months).item()
        losses[weight] = train_step(network, optimizer, HEAD, BATCH, config).loss
    assert losses[0.5] == pytest.approx(losses[0.0] + 0.5 * of_windows)


def test_a_frozen_localiser_stays_and_a_free_one_moves_its_windows() -> None:
    torch.manual_seed(0)
    network = AttentionNetwork(ATTENTION)
    config = TrainingConfig(learning_rate=1e-2, warmup_steps=0, epochs=2, localiser_frozen_epochs=1)
    optimizer = make_optimizer(network, config)
    batch = Batch(
        torch.randint(0, 256, (4, 3, 64, 64), dtype=torch.uint8),
        torch.tensor([0, 1, 2, 0]),
        torch.tensor([6.0, 40.0, 120.0, 220.0]),
    )
    for is_frozen, steps in ((True, range(2)), (False, range(2, 4))):
        before = {name: parameter.clone() for name, parameter in network.named_parameters()}
        for step in steps:
            set_learning_rates(optimizer, config, step, num_steps=4)
            train_step(network, optimizer, HEAD, batch, config, anchor_weight=0.1)
        for name, parameter in network.named_parameters():
            stays = is_frozen and name.startswith("localiser.")
            assert torch.equal(parameter, before[name]) == stays, name
    theta = network.forward_with_windows(batch.channels, batch.sex).theta
    assert (theta[..., 1:] - network.anchors).abs().max() > 1e-3


BATCH = Batch(
    torch.randint(
        0, 256, (4, 3, 64, 64), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    ),
    torch.tensor([0, 1, 2, 0]),
    torch.tensor([6.0, 40.0, 120.0, 220.0]),
)
NETWORKS = {"plain": NetworkConfig(dropout=0.0), "attention": replace(ATTENTION, dropout=0.0)}


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
@pytest.mark.parametrize("kind", NETWORKS)
def test_16_bits_take_almost_the_same_step(precision: str, kind: str) -> None:
    figures, norms = {}, {}
    for name in ("float32", precision):
        torch.manual_seed(0)
        network = make_network(NETWORKS[kind])
        config = replace(CONSTANT, precision=name, gradient_clip=0.0)
        scaler = torch.amp.GradScaler("cpu", init_scale=256.0, enabled=name == "float16")
        optimizer = make_optimizer(network, config)
        figures[name] = train_step(network, optimizer, HEAD, BATCH, config, scaler=scaler)
        norms[name] = torch.stack([p.grad.norm() for p in network.parameters()]).norm().item()
        assert all(parameter.dtype == torch.float32 for parameter in network.parameters())
    assert figures[precision].loss != figures["float32"].loss
    assert figures[precision].loss == pytest.approx(figures["float32"].loss, rel=0.02)
    assert figures[precision].gradient_norm == pytest.approx(norms[precision], rel=1e-4)
    assert norms[precision] == pytest.approx(norms["float32"], rel=0.2)


def test_windows_keep_float32_coordinates_in_16_bits() -> None:
    network = AttentionNetwork(ATTENTION)
    with torch.no_grad(), autocast("bfloat16", torch.device("cpu")):
        outputs, theta, _ = run_network(network, BATCH.channels, BATCH.sex)
    assert outputs.dtype == torch.bfloat16
    assert theta.dtype == torch.float32
    torch.testing.assert_close(theta[0, :, 1:], network.anchors)


def test_float16_leaves_out_a_step_whose_gradient_overflows() -> None:
    torch.manual_seed(0)
    network = BoneAgeNetwork(NetworkConfig())
    optimizer = make_optimizer(network, CONSTANT)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**100)
    before = {name: parameter.clone() for name, parameter in network.named_parameters()}
    config = replace(CONSTANT, precision="float16")
    figures = train_step(network, optimizer, HEAD, BATCH, config, scaler=scaler)
    assert not math.isfinite(figures.gradient_norm)
    assert scaler.get_scale() == 2.0**99
    for name, parameter in network.named_parameters():
        assert torch.equal(parameter, before[name]), name


@pytest.mark.usefixtures("tiny_network")
def test_a_compiled_network_takes_the_same_step() -> None:
    losses = []
    for run in (run_network, torch.compile(run_network, backend="eager")):
        torch.manual_seed(0)
        network = make_network(NETWORKS["attention"])
        optimizer = make_optimizer(network, CONSTANT)
        losses.append(train_step(network, optimizer, HEAD, BATCH, CONSTANT, run=run).loss)
    assert losses[0] == losses[1]
