"""An exponential moving average of the weights, to be judged and used in their place."""

from __future__ import annotations

import copy

import torch

from train.model.make_network import Network


def decay_at(decay: float, step: int) -> float:
    """Share of the average that step `step` of 0, 1, ... keeps.

    It rises from 0.1, so that the first weights, which know nothing, are soon forgotten.
    """
    return min(decay, (1 + step) / (10 + step))


class WeightAverage:
    """A network that follows another one.

    Parameters and the running statistics of BatchNorm are averaged alike: the last statistics do
    not fit averaged weights (`experiments/README.md`). Its state is its weights alone: the step
    decides the decay.

    Attributes:
        network: the average, never trained itself.
    """

    def __init__(self, network: Network, decay: float) -> None:
        self.decay = decay
        self.network = copy.deepcopy(network).requires_grad_(False)
        # The tensors themselves: they change in place, and naming them anew each step takes time.
        average, source = self.network.state_dict(), network.state_dict()
        floating = [name for name in average if average[name].is_floating_point()]
        self._average = [average[name] for name in floating]
        self._source = [source[name] for name in floating]
        self._counters = [(average[name], source[name]) for name in average.keys() - set(floating)]

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights as step `step` left them."""
        torch._foreach_lerp_(self._average, self._source, 1 - decay_at(self.decay, step))
        for average, source in self._counters:
            average.copy_(source)
