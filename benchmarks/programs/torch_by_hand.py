"""PyTorch: a grid of shifted tensors, float32, all samples at once."""

import numpy as np
import torch

from benchmarks.programs.circle import samples

torch.set_num_threads(1)


@torch.no_grad()
def local_binary_pattern(image: np.ndarray, P: int, R: float, method: str) -> np.ndarray:
    assert method == "ror"
    margin = int(np.ceil(R)) + 1
    centre = torch.from_numpy(image).float()
    height, width = image.shape
    padded = torch.nn.functional.pad(centre, (margin,) * 4)
    shifted = []
    for top, left, down, right in samples(P, R):
        top, left = top + margin, left + margin
        part = padded[top : top + height + 1, left : left + width + 1]
        rows = torch.lerp(part[:-1], part[1:], down)
        shifted.append(torch.lerp(rows[:, :-1], rows[:, 1:], right))
    bits = (torch.stack(shifted) >= centre).to(torch.int32)
    powers = 2 ** torch.arange(P, dtype=torch.int32)
    codes = (bits * powers[:, None, None]).sum(0, dtype=torch.int32)
    smallest, rotated = codes.clone(), codes
    for _ in range(P - 1):
        rotated = (rotated >> 1) | ((rotated & 1) << (P - 1))
        torch.minimum(smallest, rotated, out=smallest)
    return smallest.numpy()
