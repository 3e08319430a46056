"""When a run has no sense any more. Nothing is saved after it, so the last checkpoint is sound."""

from __future__ import annotations

import math
from pathlib import Path

import torch

from train.engine.optimization import StepFigures
from train.errors import UserError

HIGHEST_LOSS = 1000.0
"""No head's loss comes near it: that would be an age wrong by centuries."""
LOWEST_LOSS_SCALE = 1.0
"""Gradients that float16 cannot hold even unscaled will not fit at a smaller scale either."""


def stop_if_diverged(
    figures: StepFigures, scaler: torch.amp.GradScaler, step: int, checkpoints: Path
) -> None:
    """Raise a UserError unless a step's loss and gradient are those of a run that can go on.

    A gradient that is not finite is the business of the scaler where there is one: it leaves the
    step out and lowers its scale.
    """
    reason = None
    if not math.isfinite(figures.loss) or figures.loss > HIGHEST_LOSS:
        reason = f"the loss is {figures.loss:g}"
    elif not scaler.is_enabled() and not math.isfinite(figures.gradient_norm):
        reason = f"the norm of the gradient is {figures.gradient_norm:g}"
    elif scaler.is_enabled() and scaler.get_scale() < LOWEST_LOSS_SCALE:
        reason = "float16 cannot hold the gradients (--precision bfloat16 can)"
    if reason is not None:
        raise diverged(step, reason, checkpoints)


def diverged(step: int, reason: str, checkpoints: Path) -> UserError:
    """The error that ends the run."""
    return UserError(
        f"step {step}: {reason}: training has diverged; start anew with a lower --learning-rate. "
        f"The checkpoints until then are whole and in {checkpoints}"
    )
