"""Texture channels and sex in, logits over the nineteen age classes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import nn

from train.age_classes import NUM_CLASSES
from train.errors import UserError
from train.model.mobilenet_v3 import HIDDEN_FEATURES, MobileNetV3Large, MobileNetV3LargeBody

NUM_SEXES = 3
NumWindows = Literal[1, 4, 9]


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """What the network is made of."""

    uses_sex: bool = True
    """Let the network see the sex (female, male or unknown); the paper's does not."""
    dropout: float = 0.2
    """Before the last layer."""
    batch_norm_momentum: float = 0.01
    """0.01 for long runs, 0.1 where there are only some hundred steps."""
    attention: bool = False
    """Find windows on the radiograph and read the age from them, as the paper does; the options
    below say how."""
    num_windows: NumWindows = 9
    """Windows on each radiograph, starting as a square grid; the paper has nine."""
    window_features: int = 512
    """Numbers that recognition gives for a window; the paper has 512."""
    crop_size: int = 112
    """Side in pixels that a window is cut to."""
    localiser_size: int = 224
    """Side in pixels of what the localiser sees; the windows are cut at the full --size."""
    separate_trunks: bool = False
    """A recognition network for each window in place of one for all."""
    extra_squeeze_excitation: bool = True
    """One more squeeze-and-excitation, on the last map of recognition."""

    def __post_init__(self) -> None:
        if not 0 <= self.dropout < 1:
            raise UserError(f"dropout must be at least 0 and below 1, got {self.dropout}")
        if not 0 < self.batch_norm_momentum <= 1:
            raise UserError(
                f"batch_norm_momentum must be above 0, at most 1, got {self.batch_norm_momentum}"
            )
        if self.num_windows not in get_args(NumWindows):
            raise UserError(f"num_windows must be 1, 4 or 9, got {self.num_windows}")
        for name, lowest in (("window_features", 1), ("crop_size", 32), ("localiser_size", 32)):
            if getattr(self, name) < lowest:
                raise UserError(f"{name} must be at least {lowest}, got {getattr(self, name)}")


class BoneAgeNetwork(nn.Module):
    """MobileNetV3-Large with 19 classes; the sex shifts the hidden layer of its head.

    A learned shift for each sex is the same as concatenating the one-hot sex to the pooled
    features, and leaves torchvision's layers in their shapes.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.trunk = MobileNetV3Large(
            NUM_CLASSES, dropout=config.dropout, batch_norm_momentum=config.batch_norm_momentum
        )
        self.sex_shift = nn.Embedding(NUM_SEXES, HIDDEN_FEATURES) if config.uses_sex else None
        if self.sex_shift is not None:
            nn.init.zeros_(self.sex_shift.weight)

    def bodies(self) -> list[MobileNetV3LargeBody]:
        """What can start from ImageNet weights."""
        return [self.trunk]

    def forward(self, channels: torch.Tensor, sex: torch.Tensor) -> torch.Tensor:
        """Logits of the age classes.

        Args:
            channels: (B, 3, h, w) uint8 texture channels.
            sex: (B,) int64, 0 female, 1 male, 2 unknown; ignored by a network without sex input.

        Returns:
            (B, 19) float.
        """
        to_hidden, *to_logits = self.trunk.classifier
        hidden = to_hidden(self.trunk.pooled_features(channels.float() / 255))
        if self.sex_shift is not None:
            hidden = hidden + self.sex_shift(sex)
        for layer in to_logits:
            hidden = layer(hidden)
        return hidden
