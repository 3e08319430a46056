"""How the age is read from features of the whole picture."""

from __future__ import annotations

import torch
from torch import nn

from train.heads import NUM_OUTPUTS
from train.model.mobilenet_v3 import HIDDEN_FEATURES, make_classifier
from train.model.network_config import NUM_SEXES, NetworkConfig


class WholePictureHead(nn.Module):
    """The classifier of MobileNetV3-Large with the sex, for what a localiser sees."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.classifier = make_classifier(NUM_OUTPUTS[config.head], config.dropout)
        self.sex_shift = make_sex_shift(config)

    def forward(self, features: torch.Tensor, sex: torch.Tensor) -> torch.Tensor:
        """(B, 960) pooled features and (B,) sex -> (B, O) what the head reads."""
        return read_features(features, sex, self.classifier, self.sex_shift)


def make_sex_shift(config: NetworkConfig) -> nn.Embedding | None:
    """What each sex adds to the hidden layer, at first nothing; None without sex input."""
    if not config.uses_sex:
        return None
    sex_shift = nn.Embedding(NUM_SEXES, HIDDEN_FEATURES)
    nn.init.zeros_(sex_shift.weight)
    return sex_shift


def read_features(
    features: torch.Tensor,
    sex: torch.Tensor,
    classifier: nn.Sequential,
    sex_shift: nn.Embedding | None,
) -> torch.Tensor:
    """Run the classifier; the sex shifts its hidden layer.

    A learned shift for each sex is the same as concatenating the one-hot sex to the features, and
    leaves torchvision's layers in their shapes.
    """
    to_hidden, *to_outputs = classifier
    hidden = to_hidden(features)
    if sex_shift is not None:
        hidden = hidden + sex_shift(sex)
    for layer in to_outputs:
        hidden = layer(hidden)
    return hidden
