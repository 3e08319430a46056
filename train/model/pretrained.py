"""Start a network from torchvision's ImageNet weights."""

from __future__ import annotations

import pickle
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from train.errors import UserError
from train.model.mobilenet_v3 import MobileNetV3Large, MobileNetV3LargeBody

CLASSIFIER = "classifier."
LAST_LAYER = "classifier.3."


def load_imagenet_weights(trunk: MobileNetV3LargeBody, path: Path) -> None:
    """Copy a torchvision MobileNetV3-Large `state_dict` into `trunk`.

    Args:
        trunk: a body takes everything but the classifier; a whole MobileNetV3-Large, of any number
            of classes, everything but the last layer.
        path: `.pth` written by `torch.save`, or `.safetensors`.

    Raises:
        UserError: the file cannot be read, or lacks, adds or reshapes a layer.
    """
    left = LAST_LAYER if isinstance(trunk, MobileNetV3Large) else CLASSIFIER
    weights = {name: tensor for name, tensor in _read(path).items() if left not in name}
    own = {name: tensor for name, tensor in trunk.state_dict().items() if left not in name}
    wrong = sorted(own.keys() ^ weights.keys())
    wrong += sorted(
        name for name in own.keys() & weights.keys() if own[name].shape != weights[name].shape
    )
    if wrong:
        raise UserError(
            f"{path}: not torchvision's MobileNetV3-Large: {len(wrong)} layers are missing, "
            f"unknown or of another shape, first {wrong[0]}"
        )
    trunk.load_state_dict(weights, strict=False)


def _read(path: Path) -> dict[str, torch.Tensor]:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise UserError(f"{path}: no readable weights: {error}") from error
    except (RuntimeError, EOFError, pickle.UnpicklingError, SafetensorError) as error:
        raise UserError(
            f"{path}: no readable weights: neither a state_dict of torch.save nor .safetensors"
        ) from error
