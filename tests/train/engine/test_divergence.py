from pathlib import Path

import pytest
import torch

from train.engine.divergence import stop_if_diverged
from train.engine.optimization import StepFigures
from train.errors import UserError

PLAIN = torch.amp.GradScaler("cpu", enabled=False)
NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ((NAN, 1.0), "the loss is nan"),
        ((INF, 1.0), "the loss is inf"),
        ((2e4, 1.0), "the loss is 20000"),
        ((3.0, NAN), "the norm of the gradient is nan"),
        ((3.0, INF), "the norm of the gradient is inf"),
    ],
)
def test_what_ends_a_run(figures: tuple[float, float], reason: str) -> None:
    with pytest.raises(UserError, match=f"step 7: {reason}: training has diverged.*whole and in x"):
        stop_if_diverged(StepFigures(*figures), PLAIN, 7, Path("x"))


def test_what_does_not() -> None:
    stop_if_diverged(StepFigures(3.0, 900.0), PLAIN, 7, Path("x"))
    stop_if_diverged(StepFigures(3.0, INF), torch.amp.GradScaler("cpu"), 7, Path("x"))


def test_float16_gives_up_when_its_scale_is_used_up() -> None:
    scaler = torch.amp.GradScaler("cpu", init_scale=0.5)
    scaler.scale(torch.ones(1))
    with pytest.raises(UserError, match="--precision bfloat16 can"):
        stop_if_diverged(StepFigures(3.0, INF), scaler, 7, Path("x"))
