"""Whether the windows of an attention network do their work: figures of each epoch's validation."""

from __future__ import annotations

import numpy as np
import torch

from train.data.dataset import FEMALE, MALE
from train.model.windows import mean_pairwise_iou

MOVED_PIXELS = 2


def window_figures(theta: np.ndarray, anchors: np.ndarray, size: int) -> dict[str, float]:
    """Figures in which a collapse shows.

    Args:
        theta: (V, N, 3) windows of the validation radiographs.
        anchors: (N, 2) where the windows started.
        size: side of the canvas in pixels.

    Returns:
        `window_mean_iou`: mean over pairs of windows (all on one spot: 1);
        `window_position_std`: of the centres over radiographs, in image coordinates, mean over
        windows and axes (0: the localiser ignores the radiograph);
        `window_moved_share`: windows that are more than two pixels from where they started.
    """
    position = theta[..., 1:].astype(np.float64)
    moved_pixels = np.linalg.norm(position - anchors, axis=-1) * size / 2
    return {
        "window_mean_iou": float(mean_pairwise_iou(torch.from_numpy(theta)).mean()),
        "window_position_std": float(position.std(axis=0).mean()),
        "window_moved_share": float((moved_pixels > MOVED_PIXELS).mean()),
    }


def prediction_spread(predicted_months: np.ndarray, sex: np.ndarray) -> dict[str, float]:
    """Standard deviation of the ages named for girls and for boys; 0 where there are none.

    A network that knows nothing but the sex has 0 in both.
    """
    return {
        f"prediction_std_months_{name}": float(predicted_months[sex == code].std())
        if (sex == code).any()
        else 0.0
        for name, code in (("girls", FEMALE), ("boys", MALE))
    }
