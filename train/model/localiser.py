"""Where on a radiograph to look."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn

from train.model.mobilenet_v3 import LAST_CHANNELS, MobileNetV3LargeBody
from train.model.windows import WindowParametrisation

LOCALISER_FEATURES = 128


class Located(NamedTuple):
    """Where to look, and what that was seen by.

    Attributes:
        theta: (B, N, 3) windows.
        features: (B, 960) pooled.
    """

    theta: torch.Tensor
    features: torch.Tensor


class Localiser(nn.Module):
    """MobileNetV3-Large up to its pooling, and two layers that name the windows.

    The last layer starts at zero: at first, any radiograph gets the windows of the grid.

    Args:
        num_windows: N.
        batch_norm_momentum: of every BatchNorm.
        reads_age: the body learns from the age that is read from its features, and the two layers
            alone from the windows.
    """

    def __init__(
        self, num_windows: int, batch_norm_momentum: float, *, reads_age: bool = False
    ) -> None:
        super().__init__()
        self.reads_age = reads_age
        self.body = MobileNetV3LargeBody(batch_norm_momentum)
        to_raw = nn.Linear(LOCALISER_FEATURES, 3 * num_windows)
        nn.init.zeros_(to_raw.weight)
        nn.init.zeros_(to_raw.bias)
        self.head = nn.Sequential(
            nn.Linear(LAST_CHANNELS, LOCALISER_FEATURES), nn.Hardswish(inplace=True), to_raw
        )
        self.windows = WindowParametrisation(num_windows)

    def forward(self, pictures: torch.Tensor) -> Located:
        """(B, 3, h, w) float -> windows and features."""
        features = self.body.pooled_features(pictures)
        raw = self.head(features.detach() if self.reads_age else features)
        # In float32 under autocast, too: in bfloat16 a window would jump by half a pixel.
        return Located(self.windows(raw.float().unflatten(1, (-1, 3))), features)
