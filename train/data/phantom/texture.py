"""Trabecular network and film grain."""

from __future__ import annotations

import cv2
import numpy as np

from train.data.phantom.arrays import Plane


def white_noise(rng: np.random.Generator, shape: tuple[int, int]) -> Plane:
    """Return independent normal deviates."""
    return rng.standard_normal(shape, dtype=np.float32)


def trabecular_network(rng: np.random.Generator, shape: tuple[int, int], pixel: float) -> Plane:
    """Return the relative density of spongy bone (about 1): a net of bright trabeculae.

    `pixel` is the size of a trabecula's half width in pixels; the net is drawn out along the
    columns, as trabeculae follow the long bones.
    """
    noise = white_noise(rng, shape)
    fine = cv2.GaussianBlur(noise, (0, 0), sigmaX=0.85 * pixel, sigmaY=1.5 * pixel)
    fine -= cv2.GaussianBlur(noise, (0, 0), sigmaX=2.6 * pixel, sigmaY=3.6 * pixel)
    fine *= np.float32(1.6 / max(float(fine.std()), 1e-6))
    ridges = np.exp(-(fine * fine))
    coarse = cv2.GaussianBlur(fine, (0, 0), sigmaX=3.0 * pixel)
    return np.float32(0.74) + np.float32(0.6) * ridges + np.float32(0.35) * coarse


def grain(rng: np.random.Generator, shape: tuple[int, int], softness: float) -> Plane:
    """Return film noise of about unit strength."""
    noise = white_noise(rng, shape)
    soft = cv2.GaussianBlur(noise, (0, 0), 0.5 + softness)
    soft *= np.float32(1.5 + 2.0 * softness)
    soft += np.float32(0.35) * noise
    return soft
