"""The texture channels that the network sees (paper section 1.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from ril.lbp import local_binary_pattern, multiscale_lbp, square_lbp

Texture = Literal["grey", "square", "circular", "rotation_invariant", "multiscale", "mixed"]
TEXTURES: tuple[Texture, ...] = get_args(Texture)
NUM_CHANNELS = 3
CHANNEL_NAMES: dict[Texture, tuple[str, ...]] = {
    "grey": ("grey",),
    "square": ("square LBP",),
    "circular": ("circular LBP (8, 1)",),
    "rotation_invariant": ("rotation-invariant LBP (8, 1)",),
    "multiscale": ("ranked LBP (8, 1)", "ranked LBP (16, 2)", "ranked LBP (24, 3)"),
    "mixed": ("levelled grey", "ranked LBP (8, 1)", "ranked LBP (16, 2)"),
}
"""What each channel shows; a single name is of three equal channels."""


def texture_channels(canvas: np.ndarray, texture: Texture) -> np.ndarray:
    """Three uint8 channels of a picture.

    Args:
        canvas: (h, w) uint8 or uint16.
        texture: `grey`, `square`, `circular` and `rotation_invariant` repeat one channel three
            times, as the paper's RSNA, L-RSNA, CL-RSNA and RIL-RSNA sets do (equations 1, 3, 4 at
            P = 8, R = 1); `multiscale` is the rank picture at (8,1), (16,2), (24,3); `mixed` is
            grey over the film's own range (`levelled_grey`) with the rank pictures at (8,1) and
            (16,2).

    Returns:
        (3, h, w) uint8.
    """
    return three_channels(texture_picture(canvas, texture))


def texture_picture(canvas: np.ndarray, texture: Texture) -> np.ndarray:
    """`texture_channels` as a picture to be kept: (h, w) where its channels are equal."""
    return _PICTURES[texture](canvas)


def three_channels(picture: np.ndarray) -> np.ndarray:
    """(h, w) or (3, h, w) uint8, of `texture_picture` -> (3, h, w)."""
    if picture.ndim == 3:
        return picture
    return np.repeat(picture[np.newaxis], NUM_CHANNELS, axis=0)


def grey_channel(canvas: np.ndarray) -> np.ndarray:
    """(h, w) uint8: 8-bit pictures as they are, 16-bit ones scaled by their own maximum.

    10-, 12- and 14-bit detectors store into the same 16 bits, so that the range of the type says
    nothing about the brightness.
    """
    if canvas.dtype == np.uint8:
        return canvas
    maximum = max(int(canvas.max()), 1)
    return (canvas.astype(np.uint32) * 255 // maximum).astype(np.uint8)


def levelled_grey(canvas: np.ndarray) -> np.ndarray:
    """(h, w) uint8 or uint16 -> (h, w) uint8: the film's own range of greys, spread over 0..255.

    Faint and dark films come out like others. The range goes from the tenth to the 99th hundredth
    of the pixels that are not black: the air around the hand, and almost the brightest bone.
    Black, which the letterbox adds, stays black. Codes need no such thing: they are the same for
    a * I + b.
    """
    return level_table(np.bincount(canvas.ravel()))[canvas]


def level_table(counts: np.ndarray) -> np.ndarray:
    """(L,) pixels of each grey level -> (L,) uint8, what `levelled_grey` makes of each level."""
    levels = np.arange(len(counts))
    below = np.where(levels > 0, counts, 0).cumsum()
    low = int(np.searchsorted(below, below[-1] * 10 // 100, side="right"))
    high = int(np.searchsorted(below, below[-1] * 99 // 100))
    spread = (levels - low) * 255 // max(high - low, 1)
    return np.where(levels > 0, spread.clip(0, 255), 0).astype(np.uint8)


def _mixed(canvas: np.ndarray) -> np.ndarray:
    ranks = multiscale_lbp(canvas, scales=((8, 1), (16, 2)), method="rank")
    return np.concatenate([levelled_grey(canvas)[np.newaxis], ranks])


_PICTURES: dict[Texture, Callable[[np.ndarray], np.ndarray]] = {
    "grey": grey_channel,
    "square": square_lbp,
    "circular": lambda canvas: local_binary_pattern(canvas, 8, 1),
    "rotation_invariant": lambda canvas: local_binary_pattern(canvas, 8, 1, method="ror"),
    "multiscale": lambda canvas: multiscale_lbp(canvas, method="rank"),
    "mixed": _mixed,
}
