"""The whole configuration of a run, checked when it is made, saved beside its checkpoints."""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from train.age_classes import ExpectationRule
from train.data.augmentation import Augmentation
from train.data.label_format import LabelFormat
from train.data.preprocessing import Preprocessor
from train.data.splits import SplitConfig
from train.errors import UserError, require
from train.model.network_config import NetworkConfig


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How the weights are found."""

    epochs: int = 80
    """Passes over the training rows."""
    batch_size: int = 32
    """Radiographs a step."""
    optimizer: Literal["adam", "adamw"] = "adamw"
    """AdamW decays the weights of convolutions and linear layers alone."""
    learning_rate: float = 1e-3
    """The highest of the run."""
    weight_decay: float = 0.02
    """Of AdamW; Adam has none."""
    schedule: Literal["constant", "half_at_middle", "cosine"] = "cosine"
    """`half_at_middle` is the paper's 1e-4, then 5e-5."""
    warmup_steps: int = 200
    """Steps in which the learning rate rises from zero."""
    gradient_clip: float = 1.0
    """Largest norm of the gradient; 0 does not clip."""
    mae_weight: float = 1.0
    """Weight of the expectation's MAE in years beside the cross-entropy; 0 is the paper's loss."""
    expectation_rule: ExpectationRule = "class_mean"
    """Months that each class stands for: `upper` is the paper's 1..19 years."""
    unknown_sex_probability: float = 0.1
    """How often training hides the sex, so that the network can do without it."""
    window_diversity_weight: float = 1.0
    """Weight of what keeps the windows of --attention apart."""
    window_anchor_weight: float = 0.1
    """First weight of what keeps them near the grid; falls to 0 at the middle of the run."""
    localiser_learning_rate_factor: float = 0.1
    """Learning rate of the localiser as a part of the others'."""
    localiser_frozen_epochs: int = 3
    """First epochs, in which the localiser's weights stay; the whole run makes a fixed grid."""
    channels_last: bool = True
    """Memory layout; faster on CPUs and tensor cores."""
    checkpoint_every_steps: int = 100
    """Steps that a kill can cost at most; every epoch ends with a checkpoint too."""

    def __post_init__(self) -> None:
        for name in ("epochs", "checkpoint_every_steps"):
            require(getattr(self, name) >= 1, f"{name} must be at least 1", getattr(self, name))
        require(self.batch_size >= 2, "batch_size must be at least 2", self.batch_size)
        require(self.learning_rate > 0, "learning_rate must be above 0", self.learning_rate)
        for name in (
            *("weight_decay", "warmup_steps", "gradient_clip", "mae_weight"),
            *("window_diversity_weight", "window_anchor_weight"),
            *("localiser_learning_rate_factor", "localiser_frozen_epochs"),
        ):
            require(getattr(self, name) >= 0, f"{name} must not be negative", getattr(self, name))
        require(
            0 <= self.unknown_sex_probability <= 1,
            "unknown_sex_probability must be 0..1",
            self.unknown_sex_probability,
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

    data: Path | None = None
    """Folder of the data set; without it, radiographs of a drawn phantom hand are used."""
    label_format: LabelFormat = field(default_factory=LabelFormat)
    seed: int = 0
    """Decides initialisation, order, augmentation and the validation rows."""
    imagenet_weights: Path | None = None
    """torchvision's MobileNetV3-Large checkpoint to start from."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """`auto` takes the GPU where there is one."""
    num_workers: int = 1
    """Processes that read pictures ahead; 0 reads them between the steps."""
    num_threads: int = 0
    """CPU threads of the network; 0 is PyTorch's choice, written down, because results to the last
    bit depend on it."""
    preprocessor: Preprocessor = field(default_factory=Preprocessor)
    augmentation: Augmentation = field(default_factory=Augmentation)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    split: SplitConfig = field(default_factory=SplitConfig)
    phantom: PhantomConfig = field(default_factory=PhantomConfig)

    def __post_init__(self) -> None:
        for name in ("seed", "num_workers", "num_threads"):
            require(getattr(self, name) >= 0, f"{name} must not be negative", getattr(self, name))

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
