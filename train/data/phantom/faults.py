"""What can be wrong with a film: which faults a picture has follows from its seed."""

from __future__ import annotations

from dataclasses import dataclass, fields

from train.data.phantom.streams import stream
from train.errors import require


@dataclass(frozen=True, kw_only=True)
class FaultProbabilities:
    """How often (0..1) a film has each fault."""

    dark_frame_probability: float = 0.35
    """The collimator's shutters: black around an exposed field."""
    bright_frame_probability: float = 0.15
    """Light around an exposed field, or along one edge of the film."""
    text_probability: float = 0.05
    """Letters and digits burnt in at a corner; the lead marker does not count."""
    underexposed_probability: float = 0.05
    """Too few quanta: little contrast, much noise."""
    turned_probability: float = 0.0
    """A quarter turn either way, or upside down; `fit` does not right films."""
    inverted_probability: float = 0.0
    """Bones dark; `fit` does not right films."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            require(0 <= value <= 1, f"{field.name} must be 0..1", value)


USUAL_FAULTS = FaultProbabilities()


@dataclass(frozen=True)
class Faults:
    """The faults of one film."""

    dark_frame: bool
    bright_frame: bool
    text: bool
    underexposed: bool
    turned: bool
    inverted: bool


def draw_faults(seed: int, probabilities: FaultProbabilities) -> Faults:
    """Return the faults of a seed.

    Each has a number of its own, so that a higher probability of one fault adds it to films and
    leaves the other faults where they are.
    """
    rng = stream(seed, "faults")
    return Faults(
        **{
            field.name: bool(rng.random() < getattr(probabilities, f"{field.name}_probability"))
            for field in fields(Faults)
        }
    )
