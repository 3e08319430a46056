"""The whole configuration of a run, checked when it is made, saved beside its checkpoints."""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch

from train.age_classes import ExpectationRule
from train.data.augmentation import Augmentation
from train.data.label_format import LabelFormat
from train.data.preprocessing import Preprocessor
from train.data.splits import SplitConfig
from train.errors import UserError, require
from train.heads.distribution import MARGIN_MONTHS
from train.model.network_config import NetworkConfig
from train.optional import OptionalPath, OptionalText

Precision = Literal["auto", "float32", "bfloat16", "float16"]


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How the weights are found."""

    epochs: int = 80
    """Passes over the training rows."""
    batch_size: int = 32
    """Radiographs a step."""
    optimizer: Literal["adam", "adamw"] = "adamw"
    """AdamW decays the weights of convolutions and linear layers; Adam decays none."""
    learning_rate: float = 1e-3
    """The highest of the run; --warmup-steps and --schedule say the rest."""
    weight_decay: float = 0.02
    """Part of a weight that AdamW takes away at each step, times the learning rate."""
    schedule: Literal["constant", "half_at_middle", "step", "cosine"] = "cosine"
    """How the learning rate falls: never; once, by half (the paper's); in steps; or to zero."""
    step_epochs: int = 30
    """Epochs from one fall to the next; for --schedule step alone."""
    step_factor: float = 0.1
    """What each of these falls multiplies the learning rate by, above 0, at most 1."""
    warmup_steps: int = 200
    """Steps in which the learning rate rises from zero."""
    gradient_clip: float = 1.0
    """Largest norm of the gradient; 0 does not clip."""
    mae_weight: float = 1.0
    """Weight of the expected age's MAE in years beside the loss of the head; 0 is the paper's.
    The loss of --head regression is the error of the age in any case."""
    label_sigma_months: float = 6.0
    """SD in months, 1..8, of the labels of --head distribution; a reading's noise is about 6."""
    expectation_rule: ExpectationRule = "class_mean"
    """Months that each class stands for: `upper` is the paper's 1..19 years."""
    class_balance: float = 0.0
    """0 shows each class as often as it occurs, 1 all equally often, 0.5 is half-way (square root).
    An epoch has the same number of radiographs in any case."""
    ema_decay: float = 0.0
    """Share that a moving average (EMA) of the weights keeps of itself at a step, e.g. 0.999.
    It is lower in the first steps. The average is what is judged and used; 0 makes none."""
    patience_epochs: int = 0
    """Epochs without a lower validation MAE after which the run ends early; 0 goes to its end."""
    precision: Precision = "float32"
    """Arithmetic of the training steps; `auto` is bfloat16 on a GPU and float32 on a CPU."""
    compile: bool = False
    """Let torch.compile fuse the network's training steps; the first one takes a minute or more."""
    unknown_sex_probability: float = 0.1
    """How often (0..1) training hides the sex, so that the network can do without it."""
    window_age_weight: float = 0.3
    """Weight of the loss of the age that the windows of --whole-picture alone would name."""
    window_diversity_weight: float = 1.0
    """Weight of what keeps the windows of --attention apart."""
    window_anchor_weight: float = 0.1
    """First weight of what keeps them near the grid; falls to 0 until the middle of the run."""
    whole_picture_learning_rate_factor: float = 1.0
    """Learning rate of what reads the age from --whole-picture as a part of the others';
    0 leaves its weights as --start-from has them, and a step is shorter."""
    localiser_learning_rate_factor: float = 0.1
    """Learning rate of the localiser as a part of the others'."""
    localiser_frozen_epochs: int = 3
    """First epochs, in which the localiser's weights stay; the whole run makes a fixed grid."""
    channels_last: bool = True
    """Memory layout; faster on CPUs and tensor cores."""
    checkpoint_every_steps: int = 100
    """Steps that a kill can cost at most; every epoch ends with a checkpoint too."""

    @property
    def memory_format(self) -> torch.memory_format:
        """PyTorch's name for the memory layout."""
        return torch.channels_last if self.channels_last else torch.contiguous_format

    def __post_init__(self) -> None:
        for name in ("epochs", "step_epochs", "checkpoint_every_steps"):
            require(getattr(self, name) >= 1, f"{name} must be at least 1", getattr(self, name))
        require(
            0 < self.step_factor <= 1,
            "step_factor must be above 0, at most 1",
            self.step_factor,
        )
        require(self.batch_size >= 2, "batch_size must be at least 2", self.batch_size)
        require(self.learning_rate > 0, "learning_rate must be above 0", self.learning_rate)
        for name in (
            *("weight_decay", "warmup_steps", "gradient_clip", "mae_weight", "patience_epochs"),
            *("window_age_weight", "window_diversity_weight", "window_anchor_weight"),
            *("localiser_learning_rate_factor", "localiser_frozen_epochs"),
            "whole_picture_learning_rate_factor",
        ):
            require(getattr(self, name) >= 0, f"{name} must not be negative", getattr(self, name))
        for name in ("unknown_sex_probability", "class_balance"):
            value = getattr(self, name)
            require(0 <= value <= 1, f"{name} must be 0..1", value)
        require(
            0 <= self.ema_decay < 1,
            "ema_decay must be at least 0 and below 1",
            self.ema_decay,
        )
        require(
            1 <= self.label_sigma_months <= MARGIN_MONTHS / 3,
            f"label_sigma_months must be 1..{MARGIN_MONTHS // 3}",
            self.label_sigma_months,
        )


@dataclass(frozen=True, kw_only=True)
class PhantomConfig:
    """The embedded data set, used where no `--data` is given."""

    num_phantoms: int = 2000
    """Hands to draw."""
    phantom_size: int = 256
    """Longest side in pixels."""

    def __post_init__(self) -> None:
        require(self.num_phantoms >= 1, "num_phantoms must be at least 1", self.num_phantoms)
        require(self.phantom_size >= 64, "phantom_size must be at least 64", self.phantom_size)


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """Everything that decides the result of a run."""

    data: OptionalPath = None
    """Folder of the data set, or its tar files; without it, drawn hands are used."""
    label_format: LabelFormat = field(default_factory=LabelFormat)
    seed: int = 0
    """Decides initialisation, order, augmentation and the validation rows."""
    imagenet_weights: OptionalPath = None
    """torchvision's MobileNetV3-Large checkpoint to start from."""
    start_from: OptionalPath = None
    """Run folder to start from: the weights of its best epoch, as far as they fit. A network with
    --attention takes the body of a plain one for its localiser and its recognition."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """`auto` takes the GPU where there is one."""
    num_workers: int = 1
    """Processes that read pictures ahead; 0 reads them between the steps."""
    num_threads: int = 0
    """CPU threads of the network; 0 is PyTorch's choice.
    It is written down, because the last bits of the result depend on it."""
    cache: bool = True
    """Decode the pictures of --data once and keep them, letterboxed, for later epochs and runs."""
    cache_dir: OptionalPath = None
    """Where they are kept, up to 20 GiB; default: ril/pictures in the user's cache folder."""
    data_on_device: bool = False
    """Keep all pictures in the memory of --device, augment and texture them there: for GPUs."""
    mlflow: OptionalText = None
    """Address of an MLflow server that gets the figures, but no picture (needs the extra `mlflow`).
    Files for TensorBoard are in the run folder in any case."""
    preprocessor: Preprocessor = field(default_factory=Preprocessor)
    augmentation: Augmentation = field(default_factory=Augmentation)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    split: SplitConfig = field(default_factory=SplitConfig)
    phantom: PhantomConfig = field(default_factory=PhantomConfig)

    def __post_init__(self) -> None:
        for name in ("seed", "num_workers", "num_threads"):
            require(getattr(self, name) >= 0, f"{name} must not be negative", getattr(self, name))
        if self.imagenet_weights and self.start_from:
            raise UserError("a network starts from imagenet_weights or start_from, not from both")

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries; `from_json` makes an equal configuration of them."""
        return _plain(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> RunConfig:
        """Inverse of `to_json`. Raises UserError on an unknown or missing entry."""
        return _build(cls, content, "config")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    return str(value) if isinstance(value, Path) else value


def _build(kind: Any, content: Any, where: str) -> Any:
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        wrong = sorted(hints.keys() ^ content.keys())
        if wrong:
            raise UserError(f"{where}: entry {wrong[0]!r} is missing or unknown")
        return kind(
            **{name: _build(hints[name], content[name], f"{where}.{name}") for name in hints}
        )
    is_path = kind is Path or Path in typing.get_args(kind)
    return Path(content) if is_path and content is not None else content
