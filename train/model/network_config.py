"""What a network is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from train.errors import require
from train.heads import NUM_OUTPUTS, HeadName

NUM_SEXES = 3
NumWindows = Literal[1, 4, 9]


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """What the network is made of."""

    uses_sex: bool = True
    """Let the network see the sex (female, male or unknown); the paper's does not."""
    head: HeadName = "classes"
    """How it names the age. classes: 19 logits, as in the paper.
    distribution: a logit for each month; ordinal: one for each step from a class to the next.
    regression: the age itself, without probabilities of classes."""
    dropout: float = 0.2
    """Share (0..1) of the last layer's inputs that a training step leaves out."""
    batch_norm_momentum: float = 0.01
    """Share of running statistics that a step renews: 0.01 for long runs, 0.1 for short ones."""
    attention: bool = False
    """Find windows on the radiograph and read the age from them, as the paper does.
    The options below say how."""
    num_windows: NumWindows = 9
    """Windows on each radiograph, starting as a square grid; the paper has nine."""
    window_features: int = 512
    """Numbers that recognition gives for a window; the paper has 512."""
    crop_size: int = 112
    """Side in pixels that a window is cut to."""
    localiser_size: int = 224
    """Side in pixels of what the localiser sees; the windows are cut at the full --size."""
    whole_picture: bool = False
    """Read the age from what the localiser sees, too, to which the windows then add;
    the paper reads it from the windows alone."""
    separate_trunks: bool = False
    """A recognition network for each window in place of one for all."""
    extra_squeeze_excitation: bool = True
    """One more squeeze-and-excitation, on the last map of recognition."""

    def __post_init__(self) -> None:
        require(
            self.head in NUM_OUTPUTS, f"head must be one of {', '.join(NUM_OUTPUTS)}", self.head
        )
        require(0 <= self.dropout < 1, "dropout must be at least 0 and below 1", self.dropout)
        require(
            0 < self.batch_norm_momentum <= 1,
            "batch_norm_momentum must be above 0, at most 1",
            self.batch_norm_momentum,
        )
        require(
            self.num_windows in get_args(NumWindows),
            "num_windows must be 1, 4 or 9",
            self.num_windows,
        )
        for name, lowest in (("window_features", 1), ("crop_size", 32), ("localiser_size", 32)):
            value = getattr(self, name)
            require(value >= lowest, f"{name} must be at least {lowest}", value)
