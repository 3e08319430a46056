"""Local binary patterns of a batch in plain PyTorch, `==` to `ril.lbp` on any device.

Sums, comparisons and bits are integers, as in the operator. It needs no CUDA build of ril.
"""

from __future__ import annotations

from functools import cache

import torch

from ril.reference import SQUARE, Sample, sampling

CODES_AT_A_TIME = 2**16
"""In building a table; small enough for a processor's cache."""


def circular_codes(pictures: torch.Tensor, P: int, R: float) -> torch.Tensor:
    """`ril.lbp.local_binary_pattern`: (B, h, w) uint8, border `edge` -> (B, h, w) int32."""
    return _codes(pictures, sampling(P, R))


def square_codes(pictures: torch.Tensor) -> torch.Tensor:
    """`ril.lbp.square_lbp`: (B, h, w) uint8, border `edge` -> (B, h, w) int32."""
    return _codes(pictures, SQUARE)


def smallest_rotations(codes: torch.Tensor, P: int) -> torch.Tensor:
    """Method `ror`: the smallest of the P rotations of each code, int32; P up to 24."""
    mask = 2**P - 1
    smallest = codes
    for shift in range(1, P):
        smallest = torch.minimum(smallest, codes >> shift | codes << (P - shift) & mask)
    return smallest


def ranks(codes: torch.Tensor, P: int) -> torch.Tensor:
    """Method `rank`: codes as texture pictures, uint8; P up to 24."""
    return rank_table(P, codes.device)[codes]


@cache
def rank_table(P: int, device: torch.device) -> torch.Tensor:
    """(2^P,) uint8: the rank of every code."""
    codes = torch.arange(2**P, dtype=torch.int32, device=device)
    pieces = codes.split(CODES_AT_A_TIME)
    smallest = torch.cat([smallest_rotations(piece, P) for piece in pieces])
    numbers = (smallest == codes).cumsum(0, dtype=torch.int32) - 1
    return (255 * numbers[smallest] // numbers[-1]).to(torch.uint8)


def _codes(pictures: torch.Tensor, samples: list[Sample] | tuple[Sample, ...]) -> torch.Tensor:
    reach = max(abs(offset) for sample in samples for tap in sample for offset in tap[:2])
    padded = _edge_padded(pictures, reach)
    height, width = pictures.shape[-2:]
    codes = torch.zeros(pictures.shape, dtype=torch.int32, device=pictures.device)
    for p, sample in enumerate(samples):
        total = -sum(weight for *_, weight in sample) * pictures.int()
        for row, column, weight in sample:
            if weight != 0:
                top, left = reach + row, reach + column
                total += weight * padded[:, top : top + height, left : left + width]
        codes |= (total >= 0).int() << p
    return codes


def _edge_padded(pictures: torch.Tensor, reach: int) -> torch.Tensor:
    """(B, h, w) -> (B, h + 2 reach, w + 2 reach) int32; pixels outside repeat the edge."""
    rows, columns = (
        torch.arange(-reach, side + reach, device=pictures.device).clamp(0, side - 1)
        for side in pictures.shape[-2:]
    )
    return pictures.int()[:, rows[:, None], columns]
