"""MobileNetV3-Large as one writes it down from its paper's table, a measure for the trainer's.

Nothing but `nn.Sequential` and PyTorch's defaults. The order of layers, and so of weights, is
torchvision's.
"""

import torch
from torch import nn

# kernel, expanded, out, squeeze-and-excitation, activation, stride (Howard et al. 2019, table 1)
BLOCKS = (
    (3, 16, 16, False, nn.ReLU, 1),
    (3, 64, 24, False, nn.ReLU, 2),
    (3, 72, 24, False, nn.ReLU, 1),
    (5, 72, 40, True, nn.ReLU, 2),
    (5, 120, 40, True, nn.ReLU, 1),
    (5, 120, 40, True, nn.ReLU, 1),
    (3, 240, 80, False, nn.Hardswish, 2),
    (3, 200, 80, False, nn.Hardswish, 1),
    (3, 184, 80, False, nn.Hardswish, 1),
    (3, 184, 80, False, nn.Hardswish, 1),
    (3, 480, 112, True, nn.Hardswish, 1),
    (3, 672, 112, True, nn.Hardswish, 1),
    (5, 672, 160, True, nn.Hardswish, 2),
    (5, 960, 160, True, nn.Hardswish, 1),
    (5, 960, 160, True, nn.Hardswish, 1),
)
# Channels between the two layers of squeeze-and-excitation: a quarter, as a multiple of eight.
SQUEEZED = {72: 24, 120: 32, 480: 120, 672: 168, 960: 240}


def convolution(inputs, outputs, kernel=1, stride=1, groups=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)


def batch_norm(channels):
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class SqueezeExcitation(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weights = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, SQUEEZED[channels], 1),
            nn.ReLU(),
            nn.Conv2d(SQUEEZED[channels], channels, 1),
            nn.Hardsigmoid(),
        )

    def forward(self, x):
        return self.weights(x) * x


class Block(nn.Module):
    def __init__(self, inputs, kernel, expanded, outputs, squeezes, activation, stride):
        super().__init__()
        layers = []
        if expanded != inputs:
            layers += [convolution(inputs, expanded), batch_norm(expanded), activation()]
        layers += [convolution(expanded, expanded, kernel, stride, expanded), batch_norm(expanded)]
        layers += [activation()]
        if squeezes:
            layers += [SqueezeExcitation(expanded)]
        layers += [convolution(expanded, outputs), batch_norm(outputs)]
        self.layers = nn.Sequential(*layers)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.layers(x) if self.adds else self.layers(x)


class PlainMobileNetV3Large(nn.Module):
    """(B, 3, h, w) float -> (B, num_classes) logits."""

    def __init__(self, num_classes: int, dropout: float) -> None:
        super().__init__()
        layers: list[nn.Module] = [convolution(3, 16, 3, 2), batch_norm(16), nn.Hardswish()]
        channels = 16
        for block in BLOCKS:
            layers.append(Block(channels, *block))
            channels = block[2]
        layers += [convolution(channels, 960), batch_norm(960), nn.Hardswish()]
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        layers += [nn.Linear(960, 1280), nn.Hardswish(), nn.Dropout(dropout)]
        layers += [nn.Linear(1280, num_classes)]
        self.layers = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)
