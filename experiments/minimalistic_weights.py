"""ImageNet weights of the minimalistic MobileNetV3-Large as a start for the full network.

    python experiments/minimalistic_weights.py WEIGHTS.npz DATA START.safetensors

WEIGHTS has 3x3 kernels, ReLU, no squeeze-and-excitation and BatchNorm folded into the convolutions,
under torchvision's names; `fit --imagenet-weights START.safetensors` takes what is written. 3x3
kernels become the middle of 5x5 ones, squeeze-and-excitation starts as a constant, and each
BatchNorm is set so that it undoes its own normalisation on radiographs of DATA: training starts
from the function that the weights were folded from, but for hard-swish in the place of ReLU.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from train.data.decode import decode
from train.data.labels import read_data_set
from train.data.preprocessing import Preprocessor
from train.data.splits import SplitConfig, split_rows
from train.model.mobilenet_v3 import ConvNormActivation, MobileNetV3Large, SqueezeExcitation

NUM_RADIOGRAPHS = 64
SIZE = 160
GATE_BIAS = 1.5
"""Of hardsigmoid; well inside its slope, so that it can learn."""
GATE = GATE_BIAS / 6 + 0.5


def main(weights_file: Path, data: Path, target: Path) -> None:
    """Write `target`."""
    torch.manual_seed(0)
    folded = {name: torch.from_numpy(array) for name, array in np.load(weights_file).items()}
    folded["features.0.1.bias"] -= folded["features.0.0.weight"].sum(dim=(1, 2, 3))
    folded["features.0.0.weight"] *= 2  # x / 127.5 - 1 there, x / 255 here
    network = MobileNetV3Large().train()
    for name, layer in network.named_modules():
        if isinstance(layer, ConvNormActivation):
            start_convolution(name, layer, folded)
        elif isinstance(layer, SqueezeExcitation):
            nn.init.zeros_(layer.fc2.weight)
            nn.init.constant_(layer.fc2.bias, GATE_BIAS)
            projection = f"{name.rsplit('.', 1)[0]}.3.0.weight"
            network.get_parameter(projection).data /= GATE
    with torch.no_grad():
        network(radiographs(data).float() / 255)
        network.classifier[0].weight.copy_(folded["classifier.0.weight"])
        network.classifier[0].bias.copy_(folded["classifier.0.bias"])
    save_file(network.state_dict(), target)


def start_convolution(
    name: str, layer: ConvNormActivation, folded: dict[str, torch.Tensor]
) -> None:
    """Take the kernel over, and let the first pictures set the BatchNorm."""
    convolution, norm = layer[0], layer[1]
    kernel = folded[f"{name}.0.weight"]
    margin = (convolution.kernel_size[0] - kernel.shape[-1]) // 2
    convolution.weight.data.copy_(functional.pad(kernel, (margin,) * 4))
    norm.momentum = 1.0
    bias = folded[f"{name}.1.bias"]

    def undo_normalisation(module: nn.BatchNorm2d, inputs: tuple[torch.Tensor]) -> None:
        variance, mean = torch.var_mean(inputs[0], dim=(0, 2, 3), correction=0)
        module.weight.data.copy_((variance + module.eps).sqrt())
        module.bias.data.copy_(bias + mean)

    norm.register_forward_pre_hook(undo_normalisation)


def radiographs(data: Path) -> torch.Tensor:
    """(NUM_RADIOGRAPHS, 3, SIZE, SIZE) uint8 channels of training rows."""
    preprocessor = Preprocessor(size=SIZE)
    rows = split_rows(read_data_set(data).table, SplitConfig(), 0).training["path"]
    chosen = rows.iloc[:: len(rows) // NUM_RADIOGRAPHS][:NUM_RADIOGRAPHS]
    return torch.from_numpy(np.stack([preprocessor(decode(path)) for path in chosen]))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
