"""Parameters and multiply-adds: PyTorch's counter, hooks, and a table made with another tool."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from train.model.counts import count
from train.model.make_network import Network, make_network
from train.model.network_config import NetworkConfig

PLAIN = NetworkConfig(uses_sex=False)
PAPER = NetworkConfig(attention=True, uses_sex=False)
SAMPLING = 4 * 3
"""Multiply-adds of a bilinear sample of three channels."""


def run(network: Network, size: int) -> None:
    channels = torch.empty(1, 3, size, size, dtype=torch.uint8, device="meta")
    network(channels, torch.empty(1, dtype=torch.int64, device="meta"))


def counted_by_hooks(config: NetworkConfig, size: int) -> tuple[int, int]:
    """Multiply-adds of convolutions and linear layers, and what other layers add to them."""
    main = others = 0

    def after(module: nn.Module, inputs: tuple[torch.Tensor], output: torch.Tensor) -> None:
        nonlocal main, others
        if isinstance(module, nn.Conv2d):
            main += output.numel() * module.weight[0].numel()
        elif isinstance(module, nn.Linear):
            main += output.numel() * module.in_features
        elif isinstance(module, nn.BatchNorm2d):
            others += 2 * output.numel()
        elif isinstance(module, nn.AdaptiveAvgPool2d):
            others += inputs[0].numel()

    with torch.device("meta"):
        network = make_network(config).eval()
    for module in network.modules():
        module.register_forward_hook(after)
    with torch.no_grad():
        run(network, size)
    return main, others


@pytest.mark.parametrize(
    ("config", "size", "table"),
    [
        (PLAIN, 224, 226e6 - 1000 * 1280 + 19 * 1280),
        (replace(PAPER, extra_squeeze_excitation=False), 224, 775e6),
        (replace(PAPER, extra_squeeze_excitation=False, crop_size=128), 224, 897e6),
        (replace(PAPER, extra_squeeze_excitation=False, crop_size=160), 224, 1260e6),
        (replace(PAPER, extra_squeeze_excitation=False, crop_size=224), 224, 2246e6),
    ],
)
def test_three_ways_of_counting(config: NetworkConfig, size: int, table: float) -> None:
    """The table counts BatchNorm, pooling and the sampling of windows, too."""
    main, others = counted_by_hooks(config, size)
    assert count(config, size).multiply_adds == main
    others += SAMPLING * 9 * config.crop_size**2 if config.attention else 0
    assert main + others == pytest.approx(table, rel=4e-3)
    assert others < 0.05 * main


def test_counts_of_the_papers_network() -> None:
    assert count(PAPER, 224) == (6_770_826, 743_346_888)
    # A trunk for each window costs parameters, not arithmetic.
    assert count(replace(PAPER, separate_trunks=True), 224) == (35_407_850, 743_346_888)
    # Windows cost what they are cut to; the canvas matters to the localiser's picture alone.
    assert count(PAPER, 512).multiply_adds == 743_346_888


def test_the_plain_network_costs_what_torchvision_publishes() -> None:
    with_1000_classes = count(PLAIN, 224).multiply_adds + 1280 * (1000 - 19)
    assert with_1000_classes == pytest.approx(0.217e9, abs=0.0005e9)


def test_counting_uses_no_random_number() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    count(PAPER, 64)
    assert torch.equal(torch.rand(3), expected)
