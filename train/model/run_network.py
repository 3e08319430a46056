"""One way to run either network."""

from __future__ import annotations

from typing import NamedTuple

import torch

from train.model.attention_network import AttentionNetwork
from train.model.make_network import Network


class NetworkOutput(NamedTuple):
    """What a network says of B radiographs.

    Attributes:
        outputs: (B, O) what the head reads.
        theta: (B, N, 3) windows; None of a network without attention.
        window_outputs: (B, O) as `outputs`, from the windows alone; None unless the age is read
            from the whole picture, too.
    """

    outputs: torch.Tensor
    theta: torch.Tensor | None
    window_outputs: torch.Tensor | None


def run_network(network: Network, channels: torch.Tensor, sex: torch.Tensor) -> NetworkOutput:
    """(B, 3, h, w) uint8 channels and (B,) sex in; see `BoneAgeNetwork.forward`."""
    if isinstance(network, AttentionNetwork):
        return NetworkOutput(*network.forward_with_windows(channels, sex))
    return NetworkOutput(network(channels, sex), None, None)
