"""Make a run repeatable to the last bit on a CPU, and a resumed run equal to an unbroken one."""

from __future__ import annotations

import numpy as np
import torch


def seed_initialisation(seed: int) -> None:
    """Seed the random initialisation of a network."""
    torch.manual_seed(seed)


def seed_step(seed: int, step: int, process: int = 0) -> None:
    """Seed what is random inside one training step of one process (dropout).

    Each step has its own seed, so that no generator state needs to be saved or restored.
    """
    sequence = np.random.SeedSequence((seed, step), spawn_key=(process,) if process else ())
    state = sequence.generate_state(1, np.uint64)
    torch.manual_seed(int(state[0] >> 1))


def resolve_num_threads(num_threads: int) -> int:
    """Set PyTorch's CPU threads; 0 keeps its choice. Returns the number in force.

    Sums are split over threads, so their last bits depend on the number.
    """
    if num_threads > 0:
        torch.set_num_threads(num_threads)
    return torch.get_num_threads()
