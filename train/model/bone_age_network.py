"""Texture channels and sex in, logits over the nineteen age classes out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from train.age_classes import NUM_CLASSES
from train.errors import UserError
from train.model.mobilenet_v3 import HIDDEN_FEATURES, MobileNetV3Large

NUM_SEXES = 3


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """What the network is made of."""

    uses_sex: bool = True
    """Let the network see the sex (female, male or unknown); the paper's does not."""
    dropout: float = 0.2
    """Before the last layer."""
    batch_norm_momentum: float = 0.01
    """0.01 for long runs, 0.1 where there are only some hundred steps."""

    def __post_init__(self) -> None:
        if not 0 <= self.dropout < 1:
            raise UserError(f"dropout must be at least 0 and below 1, got {self.dropout}")
        if not 0 < self.batch_norm_momentum <= 1:
            raise UserError(
                f"batch_norm_momentum must be above 0, at most 1, got {self.batch_norm_momentum}"
            )


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
