"""Texture channels and sex in, what the head reads out: 19 logits, with the paper's."""

from __future__ import annotations

import torch
from torch import nn

from train.heads import NUM_OUTPUTS
from train.model.mobilenet_v3 import MobileNetV3Large, MobileNetV3LargeBody
from train.model.network_config import NetworkConfig
from train.model.whole_picture import make_sex_shift, read_features


class BoneAgeNetwork(nn.Module):
    """MobileNetV3-Large with the outputs of a head; the sex shifts the hidden layer of its head."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.trunk = MobileNetV3Large(
            NUM_OUTPUTS[config.head],
            dropout=config.dropout,
            batch_norm_momentum=config.batch_norm_momentum,
        )
        self.sex_shift = make_sex_shift(config)

    def bodies(self) -> list[MobileNetV3LargeBody]:
        """What can start from ImageNet weights."""
        return [self.trunk]

    def forward(self, channels: torch.Tensor, sex: torch.Tensor) -> torch.Tensor:
        """The outputs that the head reads.

        Args:
            channels: (B, 3, h, w) uint8 texture channels.
            sex: (B,) int64, 0 female, 1 male, 2 unknown; ignored by a network without sex input.

        Returns:
            (B, O) float; 19 logits of the age classes with the paper's head.
        """
        features = self.trunk.pooled_features(channels.float() / 255)
        return read_features(features, sex, self.trunk.classifier, self.sex_shift)
