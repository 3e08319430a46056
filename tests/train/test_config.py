import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from train.age_classes import age_values_months
from train.config import RunConfig, TrainingConfig
from train.data.splits import SplitConfig
from train.engine.checkpoints import DataFacts, make_run_head
from train.engine.optimization import learning_rate, make_optimizer
from train.errors import UserError
from train.heads import NUM_OUTPUTS
from train.model.make_network import make_network
from train.model.network_config import NetworkConfig
from train.recipes import RECIPES, paper

PAPERS_NETWORK = {
    **{"attention": True, "num_windows": 9, "window_features": 512, "uses_sex": False},
    **{"head": "classes", "crop_size": 112, "localiser_size": 224, "separate_trunks": False},
    "whole_picture": False,
    "extra_squeeze_excitation": True,
}
PAPERS_TRAINING = {
    **{"optimizer": "adam", "learning_rate": 1e-4, "schedule": "half_at_middle"},
    **{"batch_size": 8, "epochs": 80, "warmup_steps": 0, "weight_decay": 0.0},
    **{"mae_weight": 0.0, "expectation_rule": "upper", "gradient_clip": 0.0, "ema_decay": 0.0},
    **{"precision": "float32", "patience_epochs": 0, "class_balance": 0.0},
    "unknown_sex_probability": 0.0,
}


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
    """Each field of the recipe that decides its result; a new one has to be thought about here."""
    content = paper().to_json()
    assert content["preprocessor"] == {"size": 224, "texture": "rotation_invariant"}
    assert set(content["augmentation"].values()) == {0.0}
    assert content["imagenet_weights"] is None
    assert content["split"] == {
        **{"num_test": 1376, "num_validation": 1000, "select_on_test": False},
        **{"num_folds": 0, "fold": 0},
    }
    network = content["network"]
    assert {name: network[name] for name in PAPERS_NETWORK} == PAPERS_NETWORK
    training = content["training"]
    assert {name: training[name] for name in PAPERS_TRAINING} == PAPERS_TRAINING
    # What is ours: it keeps the windows apart, and says how a run is saved.
    own = {"window_diversity_weight", "window_anchor_weight", "localiser_learning_rate_factor"}
    own |= {"localiser_frozen_epochs", "channels_last", "compile", "checkpoint_every_steps"}
    idle = {"step_epochs", "step_factor", "label_sigma_months", "window_age_weight"}
    idle |= {"whole_picture_learning_rate_factor"}
    assert own | idle >= training.keys() - PAPERS_TRAINING.keys()
    assert NUM_OUTPUTS[network["head"]] == 19
    assert age_values_months("upper").tolist() == [12 * k for k in range(1, 20)]


def test_the_papers_loss_is_the_cross_entropy_alone() -> None:
    config = paper()
    facts = DataFacts("abc", age_values_months("upper").tolist(), [0, *[1] * 228])
    head = make_run_head(config, facts)
    logits = torch.randn(5, 19, generator=torch.Generator().manual_seed(0))
    months = torch.tensor([1.0, 12.0, 13.0, 120.0, 228.0])
    classes = torch.tensor([0, 0, 1, 9, 18])
    expected = -logits.log_softmax(dim=1)[range(5), classes].mean()
    assert head.loss(logits, months).item() == pytest.approx(expected.item(), rel=1e-6)
    ages = head.ages(logits.double()).months
    years = logits.double().softmax(dim=1) @ torch.arange(1.0, 20.0, dtype=torch.float64)
    torch.testing.assert_close(ages, 12 * years)


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
