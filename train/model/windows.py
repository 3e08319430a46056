"""Windows on a picture: where they start, how far they may go, how they are cut out.

A window is (s, t_x, t_y) in image coordinates, -1 at the left and upper edge, 1 at the right and
lower: the square [t_x - s, t_x + s] x [t_y - s, t_y + s]. A tensor of windows is called theta.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional

MIN_SCALE = 0.2
MAX_SCALE = 0.5
START_SCALE = 0.33
GRID_STEPS = {1: (0.0,), 4: (-0.5, 0.5), 9: (-0.75, 0.0, 0.75)}
"""Positions of the grid along an axis, as parts of the way that a window of START_SCALE has."""


class WindowParametrisation(nn.Module):
    """Unbounded numbers in, windows that neither leave the picture nor shrink to nothing out.

    s = MIN + (MAX - MIN) sigmoid(a + b0) and t = (1 - s) tanh(u + atanh(anchor / (1 - START))), so
    that |t| <= 1 - s, and all zeros give the anchors at START_SCALE.

    Attributes:
        anchors: (N, 2), x and y of the windows' grid, row by row.
        anchors_before_tanh: (N, 2), their place in the formula of t.
    """

    anchors: torch.Tensor
    anchors_before_tanh: torch.Tensor

    def __init__(self, num_windows: int) -> None:
        super().__init__()
        steps = GRID_STEPS[num_windows]
        parts = torch.tensor([(x, y) for y in steps for x in steps], dtype=torch.float64)
        self.register_buffer("anchors", (parts * (1 - START_SCALE)).float(), persistent=False)
        self.register_buffer("anchors_before_tanh", parts.atanh().float(), persistent=False)
        part = (START_SCALE - MIN_SCALE) / (MAX_SCALE - MIN_SCALE)
        self.scale_offset = math.log(part / (1 - part))

    def forward(self, raw: torch.Tensor) -> torch.Tensor:
        """(B, N, 3) raw (a, u_x, u_y) -> (B, N, 3) theta (s, t_x, t_y)."""
        scale = MIN_SCALE + (MAX_SCALE - MIN_SCALE) * (raw[..., :1] + self.scale_offset).sigmoid()
        position = (1 - scale) * (raw[..., 1:] + self.anchors_before_tanh).tanh()
        return torch.cat((scale, position), dim=-1)


@torch.no_grad()
def grid_windows(num_windows: int) -> torch.Tensor:
    """(N, 3) the windows of a localiser that has learned nothing."""
    return WindowParametrisation(num_windows)(torch.zeros(num_windows, 3))


def cut_windows(pictures: torch.Tensor, theta: torch.Tensor, crop_size: int) -> torch.Tensor:
    """Cut each window out of its picture at the picture's resolution, bilinearly.

    Args:
        pictures: (B, C, h, w) float.
        theta: (B, N, 3) windows.
        crop_size: side of a crop, c.

    Returns:
        (B, N, C, c, c); the pixel centres of a crop divide its window evenly. Differentiable in
        `theta`.
    """
    batch, num_windows, _ = theta.shape
    pixels = torch.arange(crop_size, dtype=theta.dtype, device=theta.device)
    centres = (2 * pixels + 1) / crop_size - 1
    scale, t_x, t_y = theta.unbind(dim=-1)
    x = t_x[..., None] + scale[..., None] * centres  # (B, N, c)
    y = t_y[..., None] + scale[..., None] * centres
    shape = (batch, num_windows, crop_size, crop_size)
    grid = torch.stack((x[:, :, None, :].expand(shape), y[:, :, :, None].expand(shape)), dim=-1)
    crops = functional.grid_sample(  # windows lie one below the other, so that no picture is copied
        pictures,
        grid.view(batch, num_windows * crop_size, crop_size, 2),
        mode="bilinear",
        padding_mode="zeros",
        align_corners=False,
    )
    return crops.unflatten(2, (num_windows, crop_size)).transpose(1, 2)


def paste_windows(maps: torch.Tensor, theta: torch.Tensor, size: int) -> torch.Tensor:
    """Lay a map of each window where the window is: the way back of `cut_windows`.

    Args:
        maps: (B, N, k, k) float, one value for each k-th of a window's side.
        theta: (B, N, 3) windows.
        size: side of the picture in pixels.

    Returns:
        (B, size, size): interpolated bilinearly, summed where windows overlap, 0 outside them.
    """
    batch, num_windows, _ = theta.shape
    pixels = torch.arange(size, dtype=theta.dtype, device=theta.device)
    centres = (2 * pixels + 1) / size - 1
    scale, t_x, t_y = theta[..., None].unbind(dim=2)
    x = ((centres - t_x) / scale)[:, :, None, :]  # (B, N, 1, size), -1..1 inside the window
    y = ((centres - t_y) / scale)[:, :, :, None]
    shape = (batch, num_windows, size, size)
    grid = torch.stack((x.expand(shape), y.expand(shape)), dim=-1)
    pasted = functional.grid_sample(
        maps.flatten(0, 1)[:, None],
        grid.flatten(0, 1),
        mode="bilinear",
        padding_mode="border",
        align_corners=False,
    )
    is_inside = (x.abs() <= 1) & (y.abs() <= 1)
    return (pasted.view(shape) * is_inside).sum(dim=1)


def mean_pairwise_iou(theta: torch.Tensor) -> torch.Tensor:
    """How much the windows of a radiograph cover each other.

    Args:
        theta: (B, N, 3) windows.

    Returns:
        (B,) intersection over union, mean over the pairs; 0 for a single window.
    """
    num_windows = theta.shape[1]
    if num_windows < 2:
        return theta.new_zeros(theta.shape[0])
    first, second = torch.triu_indices(num_windows, num_windows, offset=1, device=theta.device)
    scale, position = theta[..., :1], theta[..., 1:]
    low, high = position - scale, position + scale
    sides = torch.minimum(high[:, first], high[:, second]) - torch.maximum(
        low[:, first], low[:, second]
    )
    intersection = sides.clamp(min=0).prod(dim=-1)  # (B, pairs)
    area = (2 * scale[..., 0]).square()
    return (intersection / (area[:, first] + area[:, second] - intersection)).mean(dim=1)
