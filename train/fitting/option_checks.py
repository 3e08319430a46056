"""What `fit` refuses before any work: options that cannot work together, or would do nothing."""

from __future__ import annotations

import dataclasses
import math
import os
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

from train.config import RunConfig
from train.errors import UserError, require


class Idle(NamedTuple):
    """Options that do nothing unless something else is asked for."""

    options: tuple[str, ...]
    """Paths in the configuration."""
    works: Callable[[RunConfig], bool]
    needs: str


IDLE = (
    Idle(
        (
            *("network.num_windows", "network.window_features", "network.crop_size"),
            *("network.localiser_size", "network.whole_picture", "network.separate_trunks"),
            *("network.extra_squeeze_excitation", "training.window_diversity_weight"),
            *("training.window_anchor_weight", "training.localiser_learning_rate_factor"),
            "training.localiser_frozen_epochs",
        ),
        lambda config: config.network.attention,
        "needs --attention",
    ),
    Idle(
        ("training.window_age_weight", "training.whole_picture_learning_rate_factor"),
        lambda config: config.network.attention and config.network.whole_picture,
        "needs --attention --whole-picture",
    ),
    Idle(
        ("training.step_epochs", "training.step_factor"),
        lambda config: config.training.schedule == "step",
        "needs --schedule step",
    ),
    Idle(
        ("training.label_sigma_months",),
        lambda config: config.network.head == "distribution",
        "needs --head distribution",
    ),
    Idle(
        ("training.weight_decay",),
        lambda config: config.training.optimizer == "adamw",
        "needs --optimizer adamw",
    ),
    Idle(
        ("training.unknown_sex_probability",),
        lambda config: config.network.uses_sex,
        "needs --uses-sex",
    ),
    Idle(("cache_dir",), lambda config: config.cache, "cannot go with --no-cache"),
    Idle(
        ("phantom.num_phantoms", "phantom.phantom_size"),
        lambda config: config.data is None,
        "is for drawn hands and cannot go with --data",
    ),
    Idle(
        (
            *("label_format.label_file", "label_format.picture_folder", "label_format.id_column"),
            *("label_format.age_column", "label_format.age_unit", "label_format.sex_column"),
            "label_format.skip_bad",
        ),
        lambda config: config.data is not None,
        "needs --data",
    ),
)


def require_sensible(config: RunConfig, recipe: RunConfig) -> None:
    """Raise a UserError for options that contradict each other or would be ignored.

    Args:
        config: what is asked for.
        recipe: what it started from; what differs was asked for by name.
    """
    _require_finite(config)
    for idle in IDLE:
        for option in idle.options:
            if not idle.works(config) and _value(config, option) != _value(recipe, option):
                raise UserError(f"{_flag(option)} would do nothing: it {idle.needs}")
    size = config.preprocessor.size
    require(
        not config.network.attention or config.network.crop_size <= size,
        f"a window shows no more than the whole picture: --crop-size must be at most --size {size}",
        config.network.crop_size,
    )
    require(
        config.training.whole_picture_learning_rate_factor > 0 or config.start_from is not None,
        "without --start-from, --whole-picture-learning-rate-factor must be above 0",
        config.training.whole_picture_learning_rate_factor,
    )
    if config.training.compile:
        _require_compiler(config.device)


def _require_finite(part: Any) -> None:
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        if dataclasses.is_dataclass(value):
            _require_finite(value)
        elif isinstance(value, float):
            require(math.isfinite(value), f"{_flag(field.name)} must be a finite number", value)


def _require_compiler(device: str) -> None:
    """torch.compile looks for one at the first step, when all is decoded."""
    compiler = os.environ.get("CXX", "g++")
    if shutil.which(compiler) is None:
        raise UserError(f"--compile needs a C++ compiler, and there is no {compiler} here")
    if device == "cuda" and find_spec("triton") is None:
        raise UserError("--compile on a GPU needs the package triton")


def _value(config: RunConfig, option: str) -> object:
    value: Any = config
    for name in option.split("."):
        value = getattr(value, name)
    return value


def _flag(option: str) -> str:
    return "--" + option.rpartition(".")[2].replace("_", "-")
