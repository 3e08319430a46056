"""Trabecular network and film grain."""

from __future__ import annotations

import cv2
import numpy as np

from train.data.phantom.arrays import Plane


def white_noise(rng: np.random.Generator, shape: tuple[int, int]) -> Plane:
    """Return independent, uniform deviates of unit variance: what is made of them is smoothed."""
    noise = rng.random(shape, dtype=np.float32)
    noise -= np.float32(0.5)
    noise *= np.float32(12**0.5)
    return noise


def trabecular_network(
    rng: np.random.Generator, shape: tuple[int, int], pixel: float, contrast: float
) -> Plane:
    """Return the relative density of spongy bone (about 1): a net of bright trabeculae.

    `pixel` is the size of a trabecula's half width in pixels; the net is drawn out along the
    columns, as trabeculae follow the long bones. A quarter of it is drawn and mirrored: bones are
    too small to show it.
    """
    height, width = shape
    noise = white_noise(rng, (-(-height // 2), -(-width // 2)))
    fine = cv2.GaussianBlur(noise, (0, 0), sigmaX=0.85 * pixel, sigmaY=1.5 * pixel)
    fine -= cv2.GaussianBlur(noise, (0, 0), sigmaX=2.6 * pixel, sigmaY=3.6 * pixel)
    fine *= np.float32(1.6 / max(float(fine.std()), 1e-6))
    ridges = np.exp(-(fine * fine))
    coarse = cv2.GaussianBlur(fine, (0, 0), sigmaX=3.0 * pixel)
    net = np.float32(0.6) * ridges + np.float32(0.35) * coarse - np.float32(0.26)
    net = np.float32(1) + np.float32(contrast) * net
    below, beside = height - net.shape[0], width - net.shape[1]
    return cv2.copyMakeBorder(net, 0, below, 0, beside, cv2.BORDER_REFLECT)


def grain(rng: np.random.Generator, shape: tuple[int, int], softness: float) -> Plane:
    """Return film noise of about unit strength."""
    noise = white_noise(rng, shape)
    soft = cv2.GaussianBlur(noise, (0, 0), 0.5 + softness)
    soft *= np.float32(1.5 + 2.0 * softness)
    soft += np.float32(0.35) * noise
    return soft
