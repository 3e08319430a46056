"""`python -m train fit`: train a network, or continue a run."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import torch
import tyro

from train.config import RunConfig
from train.data.augmentation import Augmentation
from train.data.dataset import RadiographDataset
from train.data.pack import is_pack
from train.data.pack.manifest import Manifest
from train.engine.allocator import keep_freed_memory
from train.engine.checkpoints import newest_checkpoint
from train.engine.determinism import resolve_num_threads
from train.engine.inference import resolve_device
from train.engine.loop import prepare_training
from train.engine.processes import from_first, is_first, joined_processes
from train.errors import UserError, require
from train.fitting.new_run import new_run, resolved
from train.fitting.option_checks import require_sensible
from train.fitting.run_data import read_run_data
from train.fitting.told_training import train_and_tell
from train.model.counts import count
from train.optional import OptionalPath
from train.recipes import RECIPES, RecipeName
from train.run_folder import RunFolder, only_user
from train.terminal import console
from train.tracking import require_trackers

DESCRIPTION = """\
Train a network, or continue a run.

Without --data, hands are drawn and learned from: the whole way in minutes.

A recipe sets every option below; name options to change it:
  python -m train fit --out runs/demo
  python -m train fit --data DATA --recipe short --out runs/short
  python -m train fit --data DATA --recipe short --epochs 30 --texture grey
  python -m train fit --data DATA --attention --start-from runs/short
  python -m train fit --data DATA --recipe modern --num-folds 5 --fold 0
  python -m train fit --data DATA --recipe paper --profile-steps 20
  python -m train fit --resume runs/short
  torchrun --nproc-per-node 2 -m train fit --data DATA --out runs/two
"""


@dataclass(frozen=True, kw_only=True)
class FitOptions:
    """Options of `fit`."""

    recipe: RecipeName
    """What the other options start from.
    demo: minutes on a CPU, for the phantom; taken where there is no --data.
    short: an hour on two cores, for the RSNA training set; taken with --data.
    modern: full length on a GPU, for the same.
    paper: the paper's numbers."""
    out: OptionalPath = None
    """Folder of the new run; default: runs/ and the recipe and time."""
    resume: OptionalPath = None
    """Continue the run in this folder with its own configuration; takes no other option."""
    profile_steps: int = 0
    """Profile so many steps after the first five: a table of where their time goes, and a trace for
    ui.perfetto.dev in the run's folder. The run then goes on; 0 profiles none."""
    config: Annotated[RunConfig, tyro.conf.arg(name="")]

    def __post_init__(self) -> None:
        require(self.profile_steps >= 0, "profile_steps must not be negative", self.profile_steps)


def main(arguments: list[str]) -> int:
    """Parse the command line and train. Returns the exit status."""
    first_look = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first_look.add_argument("--recipe", choices=sorted(RECIPES))
    first_look.add_argument("--data", type=Path)
    first_look.add_argument("--resume", type=Path)
    seen, others = first_look.parse_known_args(arguments)
    if seen.resume is not None and not {"-h", "--help"} & set(others):
        return _resume(seen.resume, [*others, *map(str, filter(None, (seen.recipe, seen.data)))])
    recipe: RecipeName = seen.recipe or ("short" if seen.data else "demo")
    options = tyro.cli(
        tyro.conf.OmitArgPrefixes[FitOptions],
        args=arguments,
        default=FitOptions(recipe=recipe, config=_recipe_for(recipe, seen.data)),
        prog="python -m train fit",
        description=DESCRIPTION,
    )
    return _start(options)


def _recipe_for(recipe: RecipeName, data: Path | None) -> RunConfig:
    """The recipe; a pack as data decides the size of the pictures, and the texture if it is one."""
    config = RECIPES[recipe]()
    if data is None or not is_pack(data):
        return config
    canvas = Manifest.read(data).canvas
    preprocessor = replace(config.preprocessor, size=canvas["size"])
    if "texture" not in canvas:
        return replace(config, preprocessor=preprocessor)
    return replace(
        config,
        preprocessor=replace(preprocessor, texture=canvas["texture"]),
        augmentation=Augmentation(),
    )


def _start(options: FitOptions) -> int:
    config = resolved(options.config)
    require_sensible(config, resolved(_recipe_for(options.recipe, options.config.data)))
    with joined_processes(torch.device(config.device)):
        name = f"{options.recipe}-{datetime.now():%Y%m%d-%H%M%S}"
        path = options.out or Path("runs") / name
        path = from_first(new_run(path, config, options.profile_steps) if is_first() else None)
        return _fit_in(RunFolder(path), config, options.profile_steps)


def _resume(path: Path, others: list[str]) -> int:
    if others:
        raise UserError(f"--resume continues a run with its own configuration; remove {others[0]}")
    run = RunFolder(path)
    config = run.read_config()
    require_trackers(config)
    resolve_num_threads(config.num_threads)
    with joined_processes(torch.device(config.device)):
        return _fit_in(run, config)


def _fit_in(run: RunFolder, config: RunConfig, profile_steps: int = 0) -> int:
    """Train as the only user of the folder; of several processes, the first writes and speaks."""
    console.quiet = not is_first()
    with only_user(run) if is_first() else nullcontext():
        return _fit(run, config, profile_steps)


def _fit(run: RunFolder, config: RunConfig, profile_steps: int) -> int:
    if config.split.select_on_test:
        console.print("[yellow]selecting on the test rows: its figures are no held-out figures[/]")
    keep_freed_memory()
    checkpoint = newest_checkpoint(run.checkpoints)
    data = read_run_data(run, config, checkpoint)
    split = data.split
    training = prepare_training(
        run,
        config,
        training_set=RadiographDataset(
            split.training,
            config.preprocessor,
            pack=data.pictures,
            augmentation=config.augmentation,
            unknown_sex_probability=config.training.unknown_sex_probability,
            seed=config.seed,
        ),
        validation_set=RadiographDataset(split.validation, config.preprocessor, pack=data.pictures),
        data_facts=data.facts,
        device=resolve_device(config.device),
        checkpoint=checkpoint,
    )
    console.print(
        f"{len(split.training)} training, {len(split.validation)} validation and "
        f"{len(split.test)} test radiographs; run folder {run.path}"
    )
    counts = count(config.network, config.preprocessor.size)
    console.print(
        f"{counts.parameters:,} parameters, {counts.multiply_adds / 1e6:,.0f} million "
        "multiply-adds (MACs) a radiograph"
    )
    train_and_tell(training, profile_steps)
    best = training.progress.best_epoch
    assert best is not None
    console.print(
        f"best epoch {best['epoch']:.0f}: validation MAE {best['validation_mae_months']:.2f} months"
        f"\nnext: {Path(sys.executable).name} -m train evaluate {run.path}"
    )
    return 0
