"""Several processes that train one network, started by torchrun: on several GPUs or machines.

Every process takes its part of each batch. Gradients and loss are averaged and BatchNorm sees the
whole batch, so that the run is the one of a single process, but for the rounding of sums and for
the masks of dropout. The gradients travel in one piece after the backward pass: a network of 4 to 7
million parameters has little to gain from overlapping the two, and it keeps its own methods and
parameter names without DistributedDataParallel around it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import is_dataclass
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np
import torch
import torch.distributed as dist
from torch import nn

TIMEOUT = timedelta(minutes=30)
"""Of the slowest wait: others for the first process, while it draws or decodes pictures."""
Arrays = TypeVar("Arrays", bound=tuple[Any, ...])


@contextmanager
def joined_processes(device: torch.device) -> Iterator[None]:
    """Join the other processes of torchrun, on the GPU that is this one's; alone, do nothing."""
    if "RANK" not in os.environ or "WORLD_SIZE" not in os.environ:
        yield
        return
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
    dist.init_process_group(backend, timeout=TIMEOUT)
    try:
        yield
    finally:
        dist.destroy_process_group()


def process_rank() -> int:
    """The number of this process, 0 where it is alone."""
    return dist.get_rank() if dist.is_initialized() else 0


def num_processes() -> int:
    """Processes that train together, 1 where this one is alone."""
    return dist.get_world_size() if dist.is_initialized() else 1


def is_first() -> bool:
    """Whether this is the process that writes and shows things."""
    return process_rank() == 0


def from_first(value: Any) -> Any:
    """What the first process gives; it is waited for."""
    values = [value]
    if dist.is_initialized():
        dist.broadcast_object_list(values, src=0)
    return values[0]


def average_over_processes(network: nn.Module, loss: torch.Tensor) -> torch.Tensor:
    """Replace the gradients by their mean over all processes; returns the mean of the loss."""
    if not dist.is_initialized():
        return loss
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    flat = torch.cat([part.flatten() for part in (*gradients, loss.detach())])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    *means, mean_loss = flat.split([*(gradient.numel() for gradient in gradients), 1])
    for gradient, mean in zip(gradients, means, strict=True):
        gradient.copy_(mean.view_as(gradient))
    return mean_loss.squeeze()


def gather_rows(arrays: Arrays) -> Arrays:
    """Concatenate each array in named tuples and dataclasses over the processes, in their order.

    None stays.
    """
    if not dist.is_initialized():
        return arrays
    parts: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(parts, arrays)
    return _concatenated(parts)


def _concatenated(parts: Sequence[Any]) -> Any:
    if parts[0] is None:
        return None
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    kind = type(parts[0])
    if is_dataclass(parts[0]):
        parts = [tuple(vars(part).values()) for part in parts]
    return kind(*map(_concatenated, zip(*parts, strict=True)))


def share_batch_norm(network: nn.Module) -> nn.Module:
    """Let BatchNorm see the batches of all processes; alone, leave the network as it is."""
    if not dist.is_initialized():
        return network
    if next(network.parameters()).is_cuda:
        return nn.SyncBatchNorm.convert_sync_batchnorm(network)
    for parent in list(network.modules()):
        for name, child in parent.named_children():
            if type(child) is nn.BatchNorm2d:
                setattr(parent, name, SharedBatchNorm2d(child))
    return network


class SharedBatchNorm2d(nn.BatchNorm2d):
    """nn.SyncBatchNorm for CPUs, which it does not work on. All batches must be of one size."""

    def __init__(self, alone: nn.BatchNorm2d) -> None:
        super().__init__(alone.num_features, eps=alone.eps, momentum=alone.momentum)
        self.weight, self.bias = alone.weight, alone.bias
        self.load_state_dict(alone.state_dict())

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(B, C, h, w) -> same; statistics are those of all processes' batches together."""
        if not self.training:
            return super().forward(features)
        mean, variance = self._statistics(features)
        with torch.no_grad():
            number = features.numel() // self.num_features * dist.get_world_size()
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * number / (number - 1), self.momentum)
        scale = self.weight * (variance + self.eps).rsqrt()
        shift = self.bias - mean * scale
        return (features * scale[:, None, None] + shift[:, None, None]).to(features.dtype)

    def _statistics(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and biased variance (C,) of all batches, from each batch's own."""
        own = torch.var_mean(features.float(), dim=(0, 2, 3), correction=0)
        every = self.weight.new_zeros(dist.get_world_size(), 2, self.num_features)
        every[dist.get_rank()] = torch.stack(own)
        variances, means = _Sum.apply(every).unbind(dim=1)
        mean = means.mean(dim=0)
        return mean, (variances + (means - mean).square()).mean(dim=0)


class _Sum(torch.autograd.Function):
    """The sum of a tensor over all processes, with its gradient."""

    @staticmethod
    def forward(_context: Any, tensor: torch.Tensor) -> torch.Tensor:
        total = tensor.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(_context: Any, gradient: torch.Tensor) -> torch.Tensor:
        total = gradient.contiguous().clone()
        dist.all_reduce(total)
        return total
