"""MobileNetV3-Large (Howard et al., ICCV 2019, table 1).

Module names and numbers are torchvision's, so that its ImageNet `state_dict` loads as it is.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import nn

STEM_CHANNELS = 16
LAST_CHANNELS = 960
HIDDEN_FEATURES = 1280


class BlockRow(NamedTuple):
    """One inverted residual block: a row of the paper's table 1."""

    in_channels: int
    kernel: int
    expanded_channels: int
    out_channels: int
    squeeze_excitation: bool
    hardswish: bool
    stride: int


BLOCKS = (
    # stride 2
    BlockRow(16, 3, 16, 16, False, False, 1),
    # stride 4
    BlockRow(16, 3, 64, 24, False, False, 2),
    BlockRow(24, 3, 72, 24, False, False, 1),
    # stride 8
    BlockRow(24, 5, 72, 40, True, False, 2),
    BlockRow(40, 5, 120, 40, True, False, 1),
    BlockRow(40, 5, 120, 40, True, False, 1),
    # stride 16
    BlockRow(40, 3, 240, 80, False, True, 2),
    BlockRow(80, 3, 200, 80, False, True, 1),
    BlockRow(80, 3, 184, 80, False, True, 1),
    BlockRow(80, 3, 184, 80, False, True, 1),
    BlockRow(80, 3, 480, 112, True, True, 1),
    BlockRow(112, 3, 672, 112, True, True, 1),
    # stride 32
    BlockRow(112, 5, 672, 160, True, True, 2),
    BlockRow(160, 5, 960, 160, True, True, 1),
    BlockRow(160, 5, 960, 160, True, True, 1),
)


class ConvNormActivation(nn.Sequential):
    """Convolution without bias, BatchNorm, and the activation where there is one."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
        activation: type[nn.Module] | None,
        batch_norm_momentum: float,
    ) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(
                in_channels,
                out_channels,
                kernel,
                stride,
                padding=(kernel - 1) // 2,
                groups=groups,
                bias=False,
            ),
            nn.BatchNorm2d(out_channels, eps=1e-3, momentum=batch_norm_momentum),
        ]
        if activation is not None:
            layers.append(activation(inplace=True))
        super().__init__(*layers)


class SqueezeExcitation(nn.Module):
    """Reweight channels by what their averages say (Hu et al., CVPR 2018)."""

    def __init__(self, channels: int, squeezed_channels: int) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, squeezed_channels, 1)
        self.fc2 = nn.Conv2d(squeezed_channels, channels, 1)
        self.activation = nn.ReLU()
        self.scale_activation = nn.Hardsigmoid()

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(B, C, h, w) -> (B, C, h, w)."""
        squeezed = self.activation(self.fc1(self.avgpool(features)))
        return features * self.scale_activation(self.fc2(squeezed))


class InvertedResidual(nn.Module):
    """Expand, filter each channel, optionally squeeze-and-excite, project."""

    def __init__(self, row: BlockRow, batch_norm_momentum: float) -> None:
        super().__init__()
        activation = nn.Hardswish if row.hardswish else nn.ReLU
        layers: list[nn.Module] = []
        if row.expanded_channels != row.in_channels:
            layers.append(
                ConvNormActivation(
                    row.in_channels,
                    row.expanded_channels,
                    activation=activation,
                    batch_norm_momentum=batch_norm_momentum,
                )
            )
        layers.append(
            ConvNormActivation(
                row.expanded_channels,
                row.expanded_channels,
                kernel=row.kernel,
                stride=row.stride,
                groups=row.expanded_channels,
                activation=activation,
                batch_norm_momentum=batch_norm_momentum,
            )
        )
        if row.squeeze_excitation:
            squeezed = _round_to_multiple_of_8(row.expanded_channels // 4)
            layers.append(SqueezeExcitation(row.expanded_channels, squeezed))
        layers.append(
            ConvNormActivation(
                row.expanded_channels,
                row.out_channels,
                activation=None,
                batch_norm_momentum=batch_norm_momentum,
            )
        )
        self.block = nn.Sequential(*layers)
        self.use_res_connect = row.stride == 1 and row.in_channels == row.out_channels

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(B, in_channels, h, w) -> (B, out_channels, h / stride, w / stride)."""
        result = self.block(features)
        return features + result if self.use_res_connect else result


class MobileNetV3LargeBody(nn.Module):
    """Three channels in, 960 features out: everything up to the pooling.

    Whoever holds a body starts its weights with `apply(initialise_convolution)`.
    """

    def __init__(self, batch_norm_momentum: float) -> None:
        super().__init__()
        stem = ConvNormActivation(
            3,
            STEM_CHANNELS,
            kernel=3,
            stride=2,
            activation=nn.Hardswish,
            batch_norm_momentum=batch_norm_momentum,
        )
        last = ConvNormActivation(
            BLOCKS[-1].out_channels,
            LAST_CHANNELS,
            activation=nn.Hardswish,
            batch_norm_momentum=batch_norm_momentum,
        )
        blocks = (InvertedResidual(row, batch_norm_momentum) for row in BLOCKS)
        self.features = nn.Sequential(stem, *blocks, last)
        self.avgpool = nn.AdaptiveAvgPool2d(1)

    def pooled_features(self, images: torch.Tensor) -> torch.Tensor:
        """(B, 3, h, w) float -> (B, 960)."""
        return self.avgpool(self.features(images)).flatten(1)


class MobileNetV3Large(MobileNetV3LargeBody):
    """Three channels in, `num_classes` logits out.

    Args:
        num_classes: width of the last layer.
        dropout: before the last layer.
        batch_norm_momentum: of every BatchNorm; torchvision's 0.01 suits long training, a run of
            a few hundred steps needs more for its running statistics to arrive.
    """

    def __init__(
        self, num_classes: int = 1000, *, dropout: float = 0.2, batch_norm_momentum: float = 0.01
    ) -> None:
        super().__init__(batch_norm_momentum)
        self.classifier = make_classifier(num_classes, dropout)
        self.apply(initialise_convolution)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(B, 3, h, w) float -> (B, num_classes) logits."""
        return self.classifier(self.pooled_features(images))


def make_classifier(num_classes: int, dropout: float) -> nn.Sequential:
    """What MobileNetV3-Large reads its pooled features with."""
    return nn.Sequential(
        nn.Linear(LAST_CHANNELS, HIDDEN_FEATURES),
        nn.Hardswish(inplace=True),
        nn.Dropout(dropout, inplace=True),
        nn.Linear(HIDDEN_FEATURES, num_classes),
    )


def _round_to_multiple_of_8(channels: float) -> int:
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def initialise_convolution(module: nn.Module) -> None:
    """He initialisation over the true fan-out, kernel area times output channels a group.

    `kaiming_normal_` leaves the groups out, so that a depthwise kernel starts too small for
    BatchNorm's epsilon to be negligible, and training from scratch starts late.
    """
    if isinstance(module, nn.Conv2d):
        fan_out = module.kernel_size[0] * module.kernel_size[1] * module.out_channels
        nn.init.normal_(module.weight, std=math.sqrt(2 * module.groups / fan_out))
        if module.bias is not None:
            nn.init.zeros_(module.bias)
