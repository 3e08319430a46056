"""Where on a radiograph to look."""

from __future__ import annotations

import torch
from torch import nn

from train.model.mobilenet_v3 import LAST_CHANNELS, MobileNetV3LargeBody
from train.model.windows import WindowParametrisation

LOCALISER_FEATURES = 128


class Localiser(nn.Module):
    """MobileNetV3-Large up to its pooling, and two layers that name the windows.

    The last layer starts at zero: at first, any radiograph gets the windows of the grid.
    """

    def __init__(self, num_windows: int, batch_norm_momentum: float) -> None:
        super().__init__()
        self.body = MobileNetV3LargeBody(batch_norm_momentum)
        to_raw = nn.Linear(LOCALISER_FEATURES, 3 * num_windows)
        nn.init.zeros_(to_raw.weight)
        nn.init.zeros_(to_raw.bias)
        self.head = nn.Sequential(
            nn.Linear(LAST_CHANNELS, LOCALISER_FEATURES), nn.Hardswish(inplace=True), to_raw
        )
        self.windows = WindowParametrisation(num_windows)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """(B, 3, h, w) float -> (B, N, 3) theta."""
        raw = self.head(self.body.pooled_features(pictures))
        # In float32 under autocast, too: in bfloat16 a window would jump by half a pixel.
        return self.windows(raw.float().unflatten(1, (-1, 3)))
