"""What every head can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import nn


class Ages(NamedTuple):
    """What a head reads from the outputs of B radiographs.

    Attributes:
        months: (B,) expected bone age in months.
        probabilities: (B, 19) of the age classes; None of a head that has none.
    """

    months: torch.Tensor
    probabilities: torch.Tensor | None


class Head(nn.Module, ABC):
    """Meaning of the numbers that the network gives for a radiograph. Has no weights."""

    @abstractmethod
    def loss(self, outputs: torch.Tensor, bone_age_months: torch.Tensor) -> torch.Tensor:
        """What training minimises.

        Args:
            outputs: (B, number of outputs) of the network, any floating dtype.
            bone_age_months: (B,) labels, 1..228 months.

        Returns:
            Scalar float32, the mean over the batch.
        """

    @abstractmethod
    def ages(self, outputs: torch.Tensor) -> Ages:
        """(B, number of outputs) -> ages of the same dtype."""
