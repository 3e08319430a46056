"""The paper's network: find windows, recognise each, tell the age from all of them."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from train.heads import NUM_OUTPUTS
from train.model.localiser import Localiser
from train.model.mobilenet_v3 import MobileNetV3LargeBody, initialise_convolution
from train.model.network_config import NetworkConfig
from train.model.recognition import RegionRecognition
from train.model.whole_picture import WholePictureHead
from train.model.windows import cut_windows


class LogitsAndWindows(NamedTuple):
    """What the network says and where it looked.

    Attributes:
        logits: (B, O) what the head reads; 19 logits of the age classes with the paper's head.
        theta: (B, N, 3) windows (s, t_x, t_y), see `train.model.windows`.
        window_logits: (B, O) what the windows alone would say, by an auxiliary classifier; None
            where they alone say it in any case.
    """

    logits: torch.Tensor
    theta: torch.Tensor
    window_logits: torch.Tensor | None


class AttentionNetwork(nn.Module):
    """A spatial transformer with N windows around MobileNetV3-Large (Jaderberg et al. 2015, 4.3).

    The localiser sees the whole picture small; its windows are cut from the picture at full
    resolution, recognised, and one layer reads the age classes from all their features.

    With `whole_picture` the age is read from the localiser's features, too, and the windows add to
    its logits, at first nothing: a start from a plain network is that network. So that they learn
    to read it although the whole picture does, an auxiliary classifier reads it from them alone
    (Szegedy et al. 2015, section 5). This is not the paper's.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.localiser_size = config.localiser_size
        self.crop_size = config.crop_size
        self.localiser = Localiser(
            config.num_windows, config.batch_norm_momentum, reads_age=config.whole_picture
        )
        self.recognition = RegionRecognition(config)
        self.dropout = nn.Dropout(config.dropout)
        shape = (config.num_windows * config.window_features, NUM_OUTPUTS[config.head])
        self.to_logits = nn.Linear(*shape)
        self.whole_picture = WholePictureHead(config) if config.whole_picture else None
        self.window_classifier = nn.Linear(*shape) if config.whole_picture else None
        self.apply(initialise_convolution)
        if self.whole_picture is not None:
            nn.init.zeros_(self.to_logits.weight)
            nn.init.zeros_(self.to_logits.bias)

    @property
    def anchors(self) -> torch.Tensor:
        """(N, 2) where the windows start, x and y."""
        return self.localiser.windows.anchors

    def bodies(self) -> list[MobileNetV3LargeBody]:
        """What can start from ImageNet weights: the localiser's body and the trunks'."""
        return [self.localiser.body, *(trunk.body for trunk in self.recognition.trunks)]

    def forward(self, channels: torch.Tensor, sex: torch.Tensor) -> torch.Tensor:
        """The outputs that the head reads.

        Args:
            channels: (B, 3, h, w) uint8 texture channels.
            sex: (B,) int64, 0 female, 1 male, 2 unknown; ignored by a network without sex input.

        Returns:
            (B, O) float; 19 logits of the age classes with the paper's head.
        """
        return self.forward_with_windows(channels, sex).logits

    def forward_with_windows(self, channels: torch.Tensor, sex: torch.Tensor) -> LogitsAndWindows:
        """The logits of `forward`, and the windows that they come from."""
        pictures = channels.float() / 255
        theta, whole = self.localiser(self._resized(pictures))
        crops = cut_windows(pictures, theta, self.crop_size)
        features = self.dropout(self.recognition(crops, sex).flatten(1))
        logits = self.to_logits(features)
        if self.whole_picture is None or self.window_classifier is None:
            return LogitsAndWindows(logits, theta, None)
        logits = logits + self.whole_picture(whole, sex)
        return LogitsAndWindows(logits, theta, self.window_classifier(features))

    def _resized(self, pictures: torch.Tensor) -> torch.Tensor:
        size = (self.localiser_size, self.localiser_size)
        if pictures.shape[-2:] == size:
            return pictures
        return functional.interpolate(
            pictures, size, mode="bilinear", align_corners=False, antialias=True
        )
