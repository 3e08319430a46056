"""The texture channels of a batch: `train.data.texture` on a device."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from train.data.on_device.patterns import circular_codes, ranks, smallest_rotations, square_codes
from train.data.texture import NUM_CHANNELS, Texture, level_table

NUM_LEVELS = 256


def texture_channels(canvases: torch.Tensor, texture: Texture) -> torch.Tensor:
    """(B, h, w) uint8 -> (B, 3, h, w) uint8, `==` to `train.data.texture` of each picture."""
    channels = [channel.to(torch.uint8) for channel in _CHANNELS[texture](canvases)]
    return torch.stack(channels, dim=1).expand(-1, NUM_CHANNELS, -1, -1)


def levelled_grey(canvases: torch.Tensor) -> torch.Tensor:
    """(B, h, w) uint8 -> same, `==` to `train.data.texture.levelled_grey` of each picture."""
    pixels = canvases.flatten(1).long()
    counts = pixels.new_zeros(len(canvases), NUM_LEVELS)
    counts.scatter_add_(1, pixels, torch.ones_like(pixels))
    tables = np.stack([level_table(of_one) for of_one in counts.cpu().numpy()])
    levelled = torch.from_numpy(tables).to(canvases.device).gather(1, pixels)
    return levelled.view_as(canvases)


def _rank(canvases: torch.Tensor, P: int, R: float) -> torch.Tensor:
    return ranks(circular_codes(canvases, P, R), P)


_CHANNELS: dict[Texture, Callable[[torch.Tensor], list[torch.Tensor]]] = {
    "grey": lambda canvases: [canvases],
    "square": lambda canvases: [square_codes(canvases)],
    "circular": lambda canvases: [circular_codes(canvases, 8, 1)],
    "rotation_invariant": lambda canvases: [smallest_rotations(circular_codes(canvases, 8, 1), 8)],
    "multiscale": lambda canvases: [_rank(canvases, P, R) for P, R in ((8, 1), (16, 2), (24, 3))],
    "mixed": lambda canvases: [
        levelled_grey(canvases),
        _rank(canvases, 8, 1),
        _rank(canvases, 16, 2),
    ],
}
