"""Arithmetic of training: float32, or mixed with a 16-bit type.

Texture channels are made in integers before any of this. Weights, the optimiser's state, the
windows' coordinates and the loss stay float32; only what autocast knows to be safe gets narrower.
"""

from __future__ import annotations

import torch

from train.config import Precision

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def resolve_precision(name: Precision, device: torch.device) -> Precision:
    """`auto` is bfloat16 on a GPU and float32 on a CPU, which 16 bits only slow down."""
    if name == "auto":
        return "bfloat16" if device.type == "cuda" else "float32"
    return name


def autocast(name: Precision, device: torch.device) -> torch.autocast:
    """The context that the network runs in."""
    return torch.autocast(device.type, dtype=DTYPES[name], enabled=name != "float32")


def make_scaler(name: Precision, device: torch.device) -> torch.amp.GradScaler:
    """Keeps small gradients in the range of float16; passes everything through otherwise."""
    return torch.amp.GradScaler(device.type, enabled=name == "float16")
