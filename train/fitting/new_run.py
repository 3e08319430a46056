"""The start of a run: everything is checked before its folder is made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from train.config import RunConfig
from train.data.labels import read_data_set
from train.data.pack import PicturePack
from train.data.splits import num_training_rows, split_rows
from train.engine.determinism import resolve_num_threads
from train.engine.inference import resolve_device
from train.engine.precision import resolve_precision
from train.engine.processes import num_processes
from train.engine.profiler import WARM_UP_STEPS
from train.engine.warm_start import require_unseen, require_weights
from train.errors import UserError
from train.fitting.run_data import require_a_batch
from train.model.make_network import make_network
from train.model.pretrained import load_imagenet_weights
from train.run_folder import RunFolder, start_run
from train.tracking import require_trackers


def resolved(config: RunConfig) -> RunConfig:
    """The configuration with paths, device, precision and threads as they are on this machine."""
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


def new_run(path: Path, config: RunConfig, profile_steps: int = 0) -> Path:
    """Make the folder of a run, if everything that can be known beforehand is right.

    Args:
        path: of the folder.
        config: resolved.
        profile_steps: steps that are to be profiled.

    Raises:
        UserError: something is wrong; there is no new folder then.
    """
    require_trackers(config)
    if config.training.batch_size % num_processes() != 0:
        raise UserError(
            f"--batch-size {config.training.batch_size} cannot be divided into equal parts for "
            f"{num_processes()} processes"
        )
    num_rows = _num_training_rows(config)
    require_a_batch(num_rows, config)
    num_steps = num_rows // config.training.batch_size * config.training.epochs
    if profile_steps > 0 and num_steps <= WARM_UP_STEPS:
        raise UserError(f"--profile-steps: all {num_steps} steps of the run are for warming up")
    if config.imagenet_weights is not None:
        load_imagenet_weights(make_network(config.network).bodies()[0], config.imagenet_weights)
    return start_run(path, config).path


def _num_training_rows(config: RunConfig) -> int:
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
