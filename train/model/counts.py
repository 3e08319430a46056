"""How large a network is, and what one radiograph costs it."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch.utils.flop_counter import FlopCounterMode

from train.model.make_network import make_network
from train.model.network_config import NetworkConfig


class NetworkCounts(NamedTuple):
    """Counts of a network.

    Attributes:
        parameters: numbers that training changes.
        multiply_adds: of the convolutions and linear layers for one radiograph (MACs, half the
            FLOPs). BatchNorm, pooling and the sampling of windows would add about 4 %.
    """

    parameters: int
    multiply_adds: int


@torch.no_grad()
def count(config: NetworkConfig, size: int) -> NetworkCounts:
    """Count without arithmetic: the network is made on PyTorch's meta device.

    Args:
        config: what the network is made of.
        size: side of the canvas in pixels.
    """
    with torch.device("meta"):
        network = make_network(config).eval()
        channels = torch.empty(1, 3, size, size, dtype=torch.uint8)
        sex = torch.empty(1, dtype=torch.int64)
    with FlopCounterMode(display=False) as counter:
        network(channels, sex)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return NetworkCounts(parameters, counter.get_total_flops() // 2)
