"""`python -m train fit`: train a network, or continue a run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import tyro

from train.age_classes import MAX_MONTHS, age_values_months
from train.config import RunConfig
from train.data.augmentation import Augmentation
from train.data.dataset import RadiographDataset, Visit
from train.data.labels import LabelledRadiographs, read_data_set
from train.data.pack import PicturePack, is_pack
from train.data.pack.manifest import Manifest
from train.data.phantom import write_phantom_dataset
from train.data.splits import Split, num_training_rows, split_rows
from train.data.unreadable import unreadable_pictures
from train.decoded_pictures import decoded_pictures
from train.engine.checkpoints import Checkpoint, DataFacts, newest_checkpoint
from train.engine.determinism import resolve_num_threads
from train.engine.inference import resolve_device
from train.engine.loop import Training, prepare_training, train_to_end
from train.engine.optimization import StepFigures
from train.engine.precision import resolve_precision
from train.engine.processes import from_first, is_first, joined_processes, num_processes
from train.engine.profiler import WARM_UP_STEPS, StepProfiler, profile_figures
from train.engine.warm_start import require_unseen, require_weights
from train.errors import UserError, require
from train.files import write_atomically, write_json
from train.model.counts import count
from train.model.make_network import make_network
from train.model.pretrained import load_imagenet_weights
from train.option_checks import require_sensible
from train.optional import OptionalPath
from train.recipes import RECIPES, RecipeName
from train.report.plots import plot_curves
from train.report.profile import beside_the_steps, profile_table
from train.run_folder import RunFolder, only_user, start_run
from train.terminal import console, print_left_out, progress_bar
from train.tracking import Tracker, open_trackers, require_trackers

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

TRACKED_STEPS = 10
"""Steps from one figure of TensorBoard to the next."""
TRACKED_RADIOGRAPHS = 8


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
    config = _resolved(options.config)
    require_sensible(config, _resolved(_recipe_for(options.recipe, options.config.data)))
    with joined_processes(torch.device(config.device)):
        path = from_first(_new_run(options, config) if is_first() else None)
        return _fit_in(RunFolder(path), config, options.profile_steps)


def _new_run(options: FitOptions, config: RunConfig) -> Path:
    require_trackers(config)
    if config.training.batch_size % num_processes() != 0:
        raise UserError(
            f"--batch-size {config.training.batch_size} cannot be divided into equal parts for "
            f"{num_processes()} processes"
        )
    path = options.out or Path("runs") / f"{options.recipe}-{datetime.now():%Y%m%d-%H%M%S}"
    num_rows = _num_training_rows(config)
    num_steps = num_rows // config.training.batch_size * config.training.epochs
    if num_steps == 0:
        raise UserError(
            f"{num_rows} training rows do not fill one batch of "
            f"{config.training.batch_size}; lower --batch-size"
        )
    if options.profile_steps > 0 and num_steps <= WARM_UP_STEPS:
        raise UserError(f"--profile-steps: all {num_steps} steps of the run are for warming up")
    if config.imagenet_weights is not None:
        load_imagenet_weights(make_network(config.network).bodies()[0], config.imagenet_weights)
    return start_run(path, config).path


def _num_training_rows(config: RunConfig) -> int:
    """Before a folder is made: wrong data leave nothing behind."""
    if config.start_from is not None:
        require_weights(RunFolder(config.start_from))
    if config.data is None:
        return num_training_rows(config.phantom.num_phantoms, config.split)
    labelled = read_data_set(config.data, config.label_format)
    if labelled.pack is not None:
        _require_usable(labelled.pack, config)
    if config.start_from is not None:
        split = split_rows(labelled.table, config.split, config.seed)
        require_unseen(RunFolder(config.start_from), labelled.label_hash, split)
    return num_training_rows(len(labelled.table), config.split)


def _require_usable(pack: PicturePack, config: RunConfig) -> None:
    pack.require_usable(config.preprocessor, config.augmentation)
    if pack.texture is not None and config.data_on_device:
        raise UserError(f"{pack.folder}: is texture, which --data-on-device would make")


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


def _resolved(config: RunConfig) -> RunConfig:
    device = resolve_device(config.device)
    precision = resolve_precision(config.training.precision, device)
    return replace(
        config,
        data=config.data.resolve() if config.data else None,
        cache_dir=config.cache_dir.resolve() if config.cache_dir else None,
        imagenet_weights=config.imagenet_weights.resolve() if config.imagenet_weights else None,
        start_from=config.start_from.resolve() if config.start_from else None,
        device=device.type,
        training=replace(config.training, precision=precision),
        num_threads=resolve_num_threads(config.num_threads),
    )


def _fit(run: RunFolder, config: RunConfig, profile_steps: int) -> int:
    if config.split.select_on_test:
        console.print("[yellow]selecting on the test rows: its figures are no held-out figures[/]")
    drawn = _drawn_phantom(run, config) if config.data is None and is_first() else None
    labelled = read_data_set(config.data or from_first(drawn), config.label_format)
    print_left_out(labelled.faults)
    if labelled.pack is not None and labelled.pack.texture is not None:
        console.print(f"{labelled.pack.texture} texture, taken as it is, without augmentation")
    checkpoint = newest_checkpoint(run.checkpoints)
    pack = _pictures(config, labelled)
    unreadable = _unreadable_ids(config, labelled, pack, checkpoint)
    split = split_rows(labelled.table, config.split, config.seed).without(unreadable)
    if is_first():
        _write_split(run, split)
    facts = _data_facts(config, labelled, split, unreadable)
    training = prepare_training(
        run,
        config,
        training_set=RadiographDataset(
            split.training,
            config.preprocessor,
            pack=pack,
            augmentation=config.augmentation,
            unknown_sex_probability=config.training.unknown_sex_probability,
            seed=config.seed,
        ),
        validation_set=RadiographDataset(split.validation, config.preprocessor, pack=pack),
        data_facts=facts,
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
    _train(training, profile_steps)
    best = training.progress.best_epoch
    assert best is not None
    console.print(
        f"best epoch {best['epoch']:.0f}: validation MAE {best['validation_mae_months']:.2f} months"
        f"\nnext: {Path(sys.executable).name} -m train evaluate {run.path}"
    )
    return 0


def _train(training: Training, profile_steps: int) -> None:
    if not is_first():
        train_to_end(training)
        return
    progress = training.progress
    if progress.history:
        _report_epoch(training, progress.history[-1])
    batch_size = training.config.training.batch_size
    with (
        open_trackers(training.run, training.config, progress.step) as trackers,
        progress_bar(
            "training, radiographs", training.num_steps * batch_size, progress.step * batch_size
        ) as advance,
        _profiled(training, profile_steps) as profile_step,
    ):
        if progress.step == 0:
            _track_first_radiographs(training, trackers)

        def on_step(figures: StepFigures) -> None:
            advance(batch_size)
            if progress.step % TRACKED_STEPS == 0:
                _track(trackers, "step", figures._asdict(), progress.step)
            profile_step()

        def on_epoch(entry: dict[str, float]) -> None:
            waiting = {"share_waiting_for_data": progress.share_waiting_for_data}
            _track(trackers, "epoch", entry | waiting, progress.step)
            _report_epoch(training, entry)

        training.on_step, training.on_epoch = on_step, on_epoch
        training.on_save = lambda: [tracker.flush() for tracker in trackers]
        train_to_end(training)
    if progress.step < training.num_steps:
        console.print(
            f"ended early: {training.config.training.patience_epochs} epochs without a lower "
            "validation MAE"
        )


@contextmanager
def _profiled(training: Training, num_steps: int) -> Iterator[Callable[[], None]]:
    """Gives a function to be called after each step."""
    if num_steps == 0:
        yield lambda: None
        return
    folder = training.run.profile
    trace = folder / "trace.json.gz"

    def report() -> None:
        figures = profile_figures(training, trace)
        write_json(folder / "profile.json", figures)
        console.print(profile_table(figures))
        for line in (*beside_the_steps(figures), f"Trace, for ui.perfetto.dev: {trace}"):
            console.print(line, soft_wrap=True)

    profiler = StepProfiler(num_steps, training.device, trace, report)
    yield profiler.step
    profiler.close()


def _track(trackers: list[Tracker], group: str, figures: dict[str, float], step: int) -> None:
    for tracker in trackers:
        tracker.scalars({f"{group}/{name}": value for name, value in figures.items()}, step)


def _track_first_radiographs(training: Training, trackers: list[Tracker]) -> None:
    rows = range(min(TRACKED_RADIOGRAPHS, len(training.training_set)))
    channels = [training.training_set[Visit(0, row)].channels.numpy() for row in rows]
    for tracker in trackers:
        tracker.pictures("what the network sees", np.stack(channels))


def _report_epoch(training: Training, entry: dict[str, float]) -> None:
    history = training.progress.history
    write_json(
        training.run.metrics_file, {"best": training.progress.best_epoch, "history": history}
    )
    plot_curves(history, training.run.curves_file)
    console.print(
        f"epoch {entry['epoch']:.0f}/{training.config.training.epochs}  "
        f"loss {entry['training_loss']:.3f}  "
        f"validation: MAE {entry['validation_mae_months']:.2f} months, "
        f"right class {100 * entry['validation_top1']:.1f} %, "
        f"within one {100 * entry['validation_within_one_class']:.1f} %  "
        f"({entry['seconds'] / 60:.1f} min; "
        f"waited for data {100 * training.progress.share_waiting_for_data:.1f} % of the epoch)",
        soft_wrap=True,
    )


def _drawn_phantom(run: RunFolder, config: RunConfig) -> Path:
    if run.phantom.exists():
        return run.phantom
    number = config.phantom.num_phantoms
    with progress_bar("drawing phantom hands", number) as advance:
        return write_phantom_dataset(
            run.phantom,
            number,
            seed=config.seed,
            size=config.phantom.phantom_size,
            progress=advance,
            num_workers=max(config.num_workers, 1),
        )


def _pictures(config: RunConfig, labelled: LabelledRadiographs) -> PicturePack | None:
    """The letterboxed pictures; None where files are to be decoded at each look."""
    if not config.cache or config.data is None:
        return labelled.pack
    return decoded_pictures(
        labelled,
        config.preprocessor,
        config.cache_dir,
        skip_bad=config.label_format.skip_bad,
        num_threads=max(config.num_workers, 1),
    )


def _unreadable_ids(
    config: RunConfig,
    labelled: LabelledRadiographs,
    pack: PicturePack | None,
    checkpoint: Checkpoint | None,
) -> list[int | str]:
    """Rows that are left out: the labels alone decide the split, so that it is found again.

    Raises:
        UserError: there are some without `--skip-bad`, or others than when the run began.
    """
    faults = from_first(_unreadable(config, labelled, pack) if is_first() else None)
    known = list(faults) if config.label_format.skip_bad else []
    if checkpoint is not None:
        known = checkpoint.data_facts.unreadable_ids
    for number, fault in faults.items():
        if number not in known:
            raise UserError(fault)
    print_left_out(faults.get(n, f"id {n} could not be read when the run began") for n in known)
    return known


def _unreadable(
    config: RunConfig, labelled: LabelledRadiographs, pack: PicturePack | None
) -> dict[int | str, str]:
    """Why pictures cannot be read. Without a pack, `--skip-bad` alone asks to read them all."""
    if labelled.pack is not None or (pack is None and not config.label_format.skip_bad):
        return {}
    if pack is not None:
        lacking = [number not in pack for number in labelled.table["id"]]
        return unreadable_pictures(labelled.table[lacking])
    with progress_bar("looking for unreadable pictures", len(labelled.table)) as advance:
        return unreadable_pictures(
            labelled.table, num_threads=max(config.num_workers, 1), on_picture=advance
        )


def _write_split(run: RunFolder, split: Split) -> None:
    def write(path: Path) -> None:
        with path.open("w") as file:
            file.write("id,part\n")
            for part in ("training", "validation", "test"):
                file.writelines(f"{number},{part}\n" for number in getattr(split, part)["id"])

    write_atomically(run.split_file, write)


def _data_facts(
    config: RunConfig, labelled: LabelledRadiographs, split: Split, unreadable: list[int | str]
) -> DataFacts:
    months = np.rint(split.training["bone_age_months"].to_numpy()).astype(np.int64)
    values: Any = age_values_months(config.training.expectation_rule, months)
    return DataFacts(
        label_hash=labelled.label_hash,
        age_values_months=values.tolist(),
        training_age_counts=np.bincount(months, minlength=MAX_MONTHS + 1).tolist(),
        unreadable_ids=unreadable,
    )
