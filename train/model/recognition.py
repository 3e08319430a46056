"""What the windows show."""

from __future__ import annotations

import torch
from torch import nn

from train.model.mobilenet_v3 import LAST_CHANNELS, MobileNetV3LargeBody, SqueezeExcitation
from train.model.network_config import NUM_SEXES, NetworkConfig

EXTRA_SQUEEZED_CHANNELS = LAST_CHANNELS // 16


class RecognitionTrunk(nn.Module):
    """MobileNetV3-Large with its own squeeze-and-excitation, one more, and a linear layer."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.body = MobileNetV3LargeBody(config.batch_norm_momentum)
        self.squeeze_excitation = (
            SqueezeExcitation(LAST_CHANNELS, EXTRA_SQUEEZED_CHANNELS)
            if config.extra_squeeze_excitation
            else nn.Identity()
        )
        self.to_features = nn.Linear(LAST_CHANNELS, config.window_features)

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        """(M, 3, c, c) float -> (M, D), before the activation."""
        features = self.squeeze_excitation(self.body.features(crops))
        return self.to_features(self.body.avgpool(features).flatten(1))


class RegionRecognition(nn.Module):
    """One trunk for all windows, told which window it sees, or a trunk for each.

    The region embedding of a shared trunk is added before the activation; after it, the last layer
    of the network could not tell it from its own bias. Separate trunks have biases of their own.
    The sex shifts the features of each window there, too, as it does those of the plain network.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        num_trunks = config.num_windows if config.separate_trunks else 1
        shape = (config.num_windows, config.window_features)
        self.trunks = nn.ModuleList(RecognitionTrunk(config) for _ in range(num_trunks))
        self.region_embedding = None if config.separate_trunks else nn.Parameter(torch.zeros(shape))
        self.sex_shift = nn.Parameter(torch.zeros(NUM_SEXES, *shape)) if config.uses_sex else None
        self.activation = nn.Hardswish()

    def forward(self, crops: torch.Tensor, sex: torch.Tensor) -> torch.Tensor:
        """What each window shows.

        Args:
            crops: (B, N, 3, c, c) float.
            sex: (B,) int64, 0 female, 1 male, 2 unknown; ignored by a network without sex input.

        Returns:
            (B, N, D).
        """
        if self.region_embedding is None:
            parts = [trunk(crops[:, window]) for window, trunk in enumerate(self.trunks)]
            features = torch.stack(parts, dim=1)
        else:
            features = self.trunks[0](crops.flatten(0, 1)).unflatten(0, crops.shape[:2])
            features = features + self.region_embedding
        if self.sex_shift is not None:
            features = features + self.sex_shift[sex]
        return self.activation(features)
