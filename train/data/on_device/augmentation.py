"""Random geometry and exposure of a batch: `train.data.augmentation` on a device."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from train.data.augmentation import Exposure


def warp(canvases: torch.Tensor, matrices: np.ndarray) -> torch.Tensor:
    """Transform each picture, linearly interpolated; black comes in from outside.

    Grey levels may differ by one from `cv2.warpAffine`, which interpolates in fixed point.

    Args:
        canvases: (B, h, h) uint8.
        matrices: (B, 2, 3) transforms of pixel coordinates, from `Augmentation.matrix`.

    Returns:
        (B, h, h) uint8.
    """
    size = canvases.shape[-1]
    inverse = np.linalg.inv(np.concatenate([matrices, _LAST_ROW.repeat(len(matrices), 0)], axis=1))
    to_source = torch.from_numpy(inverse[:, :2].astype(np.float32)).to(canvases.device)
    axis = torch.arange(size, dtype=torch.float32, device=canvases.device)
    rows, columns = torch.meshgrid(axis, axis, indexing="ij")
    places = torch.stack([columns, rows, torch.ones_like(rows)], dim=-1)  # (h, h, 3)
    source = torch.einsum("hwk,bjk->bhwj", places, to_source)
    grid = 2 * source / (size - 1) - 1
    warped = functional.grid_sample(
        canvases[:, None].float(), grid, mode="bilinear", padding_mode="zeros", align_corners=True
    )
    return warped[:, 0].round().to(torch.uint8)


def expose(canvases: torch.Tensor, exposures: list[Exposure]) -> torch.Tensor:
    """Change the levels of each picture, as its `Exposure` does.

    Args:
        canvases: (B, h, h) uint8.
        exposures: B of them.

    Returns:
        (B, h, h) uint8.
    """
    numbers = torch.tensor(exposures, dtype=torch.int32, device=canvases.device)
    contrast, lift = numbers[:, :, None, None].unbind(dim=1)
    exposed = (canvases.int() * contrast + lift) >> 8
    return torch.where(canvases > 0, exposed.to(torch.uint8), canvases)


_LAST_ROW = np.array([[[0.0, 0.0, 1.0]]])
