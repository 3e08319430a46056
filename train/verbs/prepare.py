"""`python -m train prepare`: pack the pictures of a data set into a few files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import tyro

from train.data.dataset import RadiographDataset
from train.data.label_format import LabelFormat
from train.data.labels import LabelledRadiographs, read_data_set
from train.data.pack import open_pack, write_pack
from train.data.pack.labels import write_pack_labels
from train.data.pack.storage import Storage
from train.data.picture_file import PictureFile
from train.data.preprocessing import Preprocessor
from train.errors import UserError, require
from train.terminal import console, print_left_out, progress_bar


@dataclass(frozen=True, kw_only=True)
class PrepareOptions:
    """Pack the pictures of a data set, letterboxed to one size, with their labels.

    The folder that it writes is a data set: give it to --data. Training from it is the same, bit
    for bit, as from the pictures themselves at that size.

    Example: python -m train prepare --data DATA --size 224 --out packs/rsna_224
    """

    data: Path
    """Folder of the data set."""
    label_format: LabelFormat = field(default_factory=LabelFormat)
    out: Path
    """New folder for the pack."""
    size: int = 224
    """Side of the square pictures in pixels; training takes it over."""
    storage: Storage = "lossless"
    """`lossless` is WebP, about a quarter of the bytes; `raw` is plain pixels."""
    part_mebibytes: float = 60
    """Largest size of a file."""
    num_threads: int = 1
    """Threads that decode and encode."""

    def __post_init__(self) -> None:
        require(self.part_mebibytes > 0, "part_mebibytes must be above 0", self.part_mebibytes)
        require(self.num_threads >= 1, "num_threads must be at least 1", self.num_threads)


def main(arguments: list[str]) -> int:
    """Parse the command line and pack. Returns the exit status."""
    options = tyro.cli(
        tyro.conf.OmitArgPrefixes[PrepareOptions], args=arguments, prog="python -m train prepare"
    )
    if options.out.exists():
        raise UserError(f"{options.out}: exists; choose another --out or remove it first")
    labelled = read_data_set(options.data, options.label_format)
    print_left_out(labelled.faults)
    unreadable = _write(options, labelled)
    print_left_out(unreadable)
    manifest = open_pack(options.out).manifest
    mebibytes = sum(facts.num_bytes for facts in manifest.files.values()) / 2**20
    console.print(
        f"{manifest.num_pictures} radiographs of {options.size} x {options.size} pixels in "
        f"{options.out}: {len(manifest.files)} files, {mebibytes:.1f} MiB",
        soft_wrap=True,
    )
    return 0


def _write(options: PrepareOptions, labelled: LabelledRadiographs) -> list[str]:
    """Write the pack; returns what is wrong with each picture that was left out."""
    preprocessor = Preprocessor(size=options.size)
    dataset = RadiographDataset(labelled.table, preprocessor, pack=labelled.pack)
    unreadable: dict[int, str] = {}

    def canvas(row: int) -> np.ndarray | None:
        try:
            return dataset.canvas(row)
        except UserError as error:
            if not options.label_format.skip_bad:
                raise
            unreadable[row] = str(error)
            return None

    def write_labels(folder: Path) -> None:
        if len(unreadable) == len(dataset):
            raise UserError(f"{options.data}: no picture can be read; the first: {unreadable[0]}")
        write_pack_labels(labelled.table.drop(index=list(unreadable)), folder)

    with progress_bar("packing, radiographs", len(dataset)) as advance:
        write_pack(
            options.out.absolute(),
            labelled.table["id"].tolist(),
            canvas,
            canvas_settings=preprocessor.canvas_settings(),
            source=_source_hash(labelled),
            storage=options.storage,
            part_bytes=int(options.part_mebibytes * 2**20),
            num_threads=options.num_threads,
            beside=write_labels,
            on_picture=advance,
        )
    return [unreadable[row] for row in sorted(unreadable)]


def _source_hash(labelled: LabelledRadiographs) -> str:
    """SHA-256 over the labels' hash and the bytes of every picture, in the order of the rows."""
    if labelled.pack is not None:
        return labelled.pack.manifest.source
    whole = hashlib.sha256(labelled.label_hash.encode())
    for path in labelled.table["path"]:
        whole.update(hashlib.sha256(_content(path)).digest())
    return whole.hexdigest()


def _content(path: PictureFile) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # packing refuses the picture or leaves it out
        return b""
