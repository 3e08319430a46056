import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from train.age_classes import age_values_months
from train.config import RunConfig, TrainingConfig
from train.data.augmentation import Augmentation
from train.data.splits import SplitConfig
from train.engine.optimization import learning_rate, make_optimizer
from train.errors import UserError
from train.heads import NUM_OUTPUTS
from train.model.make_network import make_network
from train.model.network_config import NetworkConfig
from train.recipes import RECIPES, paper


@pytest.mark.parametrize("name", RECIPES)
def test_configuration_survives_json(name: str) -> None:
    config = replace(RECIPES[name](), data=Path("/data"), imagenet_weights=Path("weights.pth"))
    assert RunConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
    assert RunConfig.from_json(RunConfig().to_json()) == RunConfig()


def test_unknown_and_missing_entries_are_named() -> None:
    content = RunConfig().to_json()
    content["training"]["learning_rat"] = 1
    with pytest.raises(UserError, match=r"config\.training: entry 'learning_rat'"):
        RunConfig.from_json(content)
    content = RunConfig().to_json()
    del content["seed"]
    with pytest.raises(UserError, match="config: entry 'seed' is missing"):
        RunConfig.from_json(content)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (TrainingConfig, {"epochs": 0}),
        (TrainingConfig, {"batch_size": 1}),
        (TrainingConfig, {"learning_rate": 0.0}),
        (TrainingConfig, {"weight_decay": -0.1}),
        (TrainingConfig, {"unknown_sex_probability": 1.1}),
        (TrainingConfig, {"window_diversity_weight": -1.0}),
        (TrainingConfig, {"localiser_frozen_epochs": -1}),
        (TrainingConfig, {"step_epochs": 0}),
        (TrainingConfig, {"step_factor": 0.0}),
        (TrainingConfig, {"label_sigma_months": 9.0}),
        (TrainingConfig, {"class_balance": 1.5}),
        (TrainingConfig, {"ema_decay": 1.0}),
        (TrainingConfig, {"patience_epochs": -1}),
        (NetworkConfig, {"head": "hydra"}),
        (SplitConfig, {"num_test": 0}),
        (SplitConfig, {"num_validation": 0}),
        (RunConfig, {"num_workers": -1}),
    ],
)
def test_impossible_values_are_named(kind: type, wrong: dict) -> None:
    name, value = next(iter(wrong.items()))
    with pytest.raises(UserError, match=f"{name} must .*got {value}"):
        kind(**wrong)


def test_every_number_of_the_paper() -> None:
    config = paper()
    assert (config.preprocessor.size, config.preprocessor.texture) == (224, "rotation_invariant")
    assert config.augmentation == Augmentation()
    assert config.imagenet_weights is None
    training = config.training
    assert (training.optimizer, training.learning_rate, training.schedule) == (
        "adam",
        1e-4,
        "half_at_middle",
    )
    assert (training.batch_size, training.epochs) == (8, 80)
    assert (training.mae_weight, training.expectation_rule) == (0, "upper")
    assert config.network.head == "classes"
    assert NUM_OUTPUTS[config.network.head] == 19
    assert age_values_months(training.expectation_rule).tolist() == [12 * k for k in range(1, 20)]
    assert (training.precision, training.ema_decay, training.class_balance) == ("float32", 0, 0)
    assert (training.patience_epochs, config.split.num_folds) == (0, 0)
    assert (training.weight_decay, training.warmup_steps, training.gradient_clip) == (0, 0, 0)
    network = config.network
    assert not network.uses_sex
    assert network.attention
    assert (network.num_windows, network.window_features) == (9, 512)
    assert config.split.num_test == 1376
    assert not config.split.select_on_test


def test_what_the_paper_trains_with() -> None:
    config = paper()
    network = make_network(config.network)
    optimizer = make_optimizer(network, config.training)
    assert type(optimizer) is torch.optim.Adam
    assert {group["betas"] for group in optimizer.param_groups} == {(0.9, 0.999)}
    assert {group["weight_decay"] for group in optimizer.param_groups} == {0}
    num_steps = 80 * (11_235 // 8)
    rates = [learning_rate(config.training, step, num_steps) for step in range(num_steps)]
    assert rates == [1e-4] * (num_steps // 2) + [5e-5] * (num_steps // 2)


@torch.no_grad()
def test_what_the_papers_network_sees() -> None:
    config = paper()
    canvas = np.random.default_rng(0).integers(0, 256, (300, 200), dtype=np.uint8)
    channels = config.preprocessor(canvas)
    assert (channels.shape, channels.dtype) == ((3, 224, 224), np.uint8)
    assert (channels == channels[0]).all()
    network = make_network(config.network).eval()
    seen = []
    network.localiser.register_forward_hook(lambda _module, inputs, _output: seen.append(*inputs))
    logits = network(torch.from_numpy(channels)[None], torch.tensor([2]))
    assert logits.shape == (1, 19)
    assert torch.equal(seen[0][0], torch.from_numpy(channels) / 255)
