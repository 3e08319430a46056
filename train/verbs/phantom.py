"""`python -m train phantom`: draw a data set of phantom hands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import tyro

from train.data.phantom.dataset import write_phantom_dataset
from train.errors import UserError
from train.terminal import console, progress_bar


@dataclass(frozen=True, kw_only=True)
class PhantomOptions:
    """Draw hand radiographs of every age, laid out like the RSNA training set.

    Example: python -m train phantom phantoms --num-radiographs 500 --size 512
    """

    folder: tyro.conf.Positional[Path]
    """New folder for the label file and the pictures."""
    num_radiographs: int = 2000
    """Hands to draw; ages 1..228 months, both sexes."""
    size: int = 512
    """Longest side in pixels."""
    seed: int = 0
    """Picture i depends on the seed and i alone."""


def main(arguments: list[str]) -> int:
    """Parse the command line and draw. Returns the exit status."""
    options = tyro.cli(PhantomOptions, args=arguments, prog="python -m train phantom")
    try:
        with progress_bar("drawing phantom hands", options.num_radiographs) as advance:
            folder = write_phantom_dataset(
                options.folder,
                options.num_radiographs,
                seed=options.seed,
                size=options.size,
                progress=advance,
            )
    except (FileExistsError, ValueError) as error:
        raise UserError(str(error)) from error
    console.print(f"{options.num_radiographs} radiographs in {folder}")
    return 0
