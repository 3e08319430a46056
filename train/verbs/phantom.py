"""`python -m train phantom`: draw a data set of phantom hands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import tyro

from train.data.phantom import FaultProbabilities, contact_sheet, write_phantom_dataset
from train.errors import UserError
from train.files import write_atomically
from train.terminal import console, progress_bar


@dataclass(frozen=True, kw_only=True)
class PhantomOptions:
    """Draw hand radiographs of every age, laid out like the RSNA training set, and a sheet of them.

    Films look as various as they come: exposure, contrast, frame, place of the hand. What is wrong
    with some of them has a probability each. `fit` without --data draws films of little variety,
    from which a network learns within minutes.

    Example: python -m train phantom phantoms --num-radiographs 500 --inverted-probability 0.1
    """

    folder: tyro.conf.Positional[Path]
    """New folder for the label file and the pictures."""
    num_radiographs: int = 2000
    """Hands to draw; ages 1..228 months, both sexes."""
    size: int = 512
    """Longest side in pixels."""
    seed: int = 0
    """Picture i depends on the seed and i alone."""
    variety: float = 1.0
    """0 exposes all films alike, 1 as variously as real films are (0..1)."""
    num_workers: int = 1
    """Processes that draw."""
    faults: FaultProbabilities = field(default_factory=FaultProbabilities)


def main(arguments: list[str]) -> int:
    """Parse the command line and draw. Returns the exit status."""
    options = tyro.cli(
        tyro.conf.OmitArgPrefixes[PhantomOptions], args=arguments, prog="python -m train phantom"
    )
    try:
        with progress_bar("drawing phantom hands", options.num_radiographs) as advance:
            folder = write_phantom_dataset(
                options.folder,
                options.num_radiographs,
                seed=options.seed,
                size=options.size,
                variety=options.variety,
                fault_probabilities=options.faults,
                progress=advance,
                num_workers=options.num_workers,
            )
    except (FileExistsError, ValueError) as error:
        raise UserError(str(error)) from error
    sheet = contact_sheet(options.seed, variety=options.variety, fault_probabilities=options.faults)
    write_atomically(folder / "contact_sheet.png", lambda path: cv2.imwrite(str(path), sheet))
    console.print(f"{options.num_radiographs} radiographs in {folder}")
    return 0
