"""Where on a radiograph its age comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from train.data.dataset import Batch
from train.heads import Head
from train.model.attention_network import AttentionNetwork
from train.model.make_network import Network
from train.model.mobilenet_v3 import MobileNetV3LargeBody
from train.model.run_network import run_network
from train.model.windows import paste_windows

WHOLE_PICTURE = (1.0, 0.0, 0.0)
"""A window, as in `train.model.windows`, that shows everything."""


class Explanation(NamedTuple):
    """Where a network looked on B radiographs, and what it made of it.

    Attributes:
        heat: (B, h, w) float32, months a pixel of the canvas: above 0 what raises the age.
        theta: (B, N, 3) float32 windows; None of a network without attention.
    """

    heat: np.ndarray
    theta: np.ndarray | None


def explain(network: Network, head: Head, batch: Batch, device: torch.device) -> Explanation:
    """Grad-CAM (Selvaraju et al., ICCV 2017) of the expected age, which every head has.

    The last feature map is weighted, channel by channel, by the mean gradient of the age. The
    published ReLU is left out: what lowers an age explains it as well as what raises it. With
    attention, each window has such a map, which is laid where the window is, upon that of the whole
    picture where the age is read from this, too; that the windows could lie elsewhere does not
    enter. An age that the head had to bring back to 1 or 228 months has no gradient, and its map is
    zero.

    Args:
        network: is put into evaluation mode.
        head: reads its outputs.
        batch: B radiographs.
        device: where network and head are.
    """
    network.eval()
    on_device = batch.to(device)
    features: list[torch.Tensor] = []  # of the whole picture first, if it is read
    whole_bodies, window_bodies = _reading_bodies(network)
    hooks = [
        body.features.register_forward_hook(lambda _module, _input, output: features.append(output))
        for body in (*whole_bodies, *window_bodies)
    ]
    try:
        outputs, theta, _ = run_network(network, on_device.channels, on_device.sex)
    finally:
        for hook in hooks:
            hook.remove()
    months = head.ages(outputs.double()).months
    gradients = torch.autograd.grad(months.sum(), features)
    number, size = len(whole_bodies), batch.channels.shape[-1]
    heat = torch.zeros(len(months), size, size, device=device)
    if number > 0:
        whole = torch.tensor(WHOLE_PICTURE, device=device).expand(len(months), 1, 3)
        heat += _laid_out(_weighted(features[:number], gradients[:number]), whole, size)
    if theta is not None:
        theta = theta.detach()
        heat += _laid_out(_weighted(features[number:], gradients[number:]), theta, size)
    return Explanation(heat.cpu().numpy(), None if theta is None else theta.cpu().numpy())


def _reading_bodies(
    network: Network,
) -> tuple[list[MobileNetV3LargeBody], list[MobileNetV3LargeBody]]:
    """Those from whose features of the whole picture, and of windows, the age is read."""
    if not isinstance(network, AttentionNetwork):
        return [network.trunk], []
    whole = [] if network.whole_picture is None else [network.localiser.body]
    return whole, [trunk.body for trunk in network.recognition.trunks]


@torch.no_grad()
def _weighted(features: Sequence[torch.Tensor], gradients: Sequence[torch.Tensor]) -> torch.Tensor:
    """Grad-CAM of each window: (B * N, k, k), radiograph by radiograph.

    A shared trunk has seen all windows so; separate trunks have seen one of each radiograph.
    """
    maps = [
        (gradient.mean(dim=(2, 3), keepdim=True) * values).sum(dim=1)
        for values, gradient in zip(features, gradients, strict=True)
    ]
    return torch.stack(maps, dim=1).flatten(0, 1)


@torch.no_grad()
def _laid_out(maps: torch.Tensor, windows: torch.Tensor, size: int) -> torch.Tensor:
    """(B * N, k, k) months a cell -> (B, size, size) months a pixel, about the same in sum."""
    pixels_a_cell = (windows[..., 0] * size / maps.shape[-1]).square()
    maps = maps.unflatten(0, windows.shape[:2])
    return paste_windows(maps / pixels_a_cell[..., None, None], windows, size)
