"""`python -m train prepare`: a data set made ready, in parallel, through any number of kills."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import tyro

from train.data.label_format import LabelFormat
from train.data.labels import LabelledRadiographs, read_data_set
from train.data.pack import open_pack
from train.data.pack.manifest import MANIFEST_FILE
from train.data.pack.storage import Storage
from train.data.prepare.engines import Make, in_threads, on_dask
from train.data.prepare.finish import finish
from train.data.prepare.part import Part, Work, is_made
from train.data.prepare.part_files import Row
from train.data.prepare.picture_settings import LBPStage, PictureSettings
from train.data.prepare.plan import Plan, versions
from train.data.preprocessing import Preprocessor
from train.data.texture import Texture
from train.errors import UserError, require
from train.terminal import console, print_left_out, progress_bar

DESCRIPTION = """\
Make a data set ready: letterboxed to one size, or as the texture that a network sees.

The folder that it writes is a data set: give it to --data. Training from it is the same, bit for
bit, as from the radiographs themselves. Killed at any moment, the same command goes on; the files
are the same however often it is killed and however many processes and machines share the work.
Examples:

  python -m train prepare --data DATA --size 224 --out packs/rsna_224
  python -m train prepare --data DATA --texture rotation_invariant --storage pictures --out RIL-RSNA
  python -m train prepare --data DATA --texture mixed --storage tar --shard 1/4 --out SHARED/mixed
  python -m train prepare --data DATA --texture mixed --dask tcp://host:8786 --out SHARED/mixed
"""


@dataclass(frozen=True, kw_only=True)
class PrepareOptions:
    """Options of `prepare`."""

    data: Path
    """Folder of the data set."""
    label_format: LabelFormat = field(default_factory=LabelFormat)
    out: Path
    """Folder for the result: a new one, or one that the same command has begun."""
    size: int = 224
    """Side of the square pictures in pixels; training takes it over."""
    texture: Texture | None = None
    """Make the texture now: `square`, `circular` and `rotation_invariant` are the paper's L-RSNA,
    CL-RSNA and RIL-RSNA sets; `multiscale` and `mixed` are colour pictures of three channels.
    `fit` takes them as they are, without augmentation. Default: none, so that `fit` makes it."""
    lbp_stage: LBPStage = "canvas"
    """Where LBP comes: of the letterboxed `canvas`, as `fit` and `predict` do it; or at the
    resolution of the file (`source`), resized to the nearest code, as the paper did it. `fit` does
    not take the latter."""
    storage: Storage = "lossless"
    """How the pictures are kept.
    lossless: WebP in a few files, the fewest bytes.
    raw: plain pixels in a few files, the fastest to read.
    pictures: images/<id>.png and a CSV file, laid out like the RSNA training set, to be looked at.
    tar: PNG and labels as JSON in WebDataset shards."""
    radiographs_per_part: int = 500
    """Radiographs in a file or shard, and what a kill costs at most."""
    num_threads: int = 0
    """Threads that work; 0 is one for each core."""
    shard: str | None = None
    """i/n: make only the i-th of n shares, such as 1/4. Run all of them, at the same time or not,
    on as many machines as wanted; whichever ends last, or the command without --shard, completes
    the result. --out is one folder, or copied together into one."""
    dask: str | None = None
    """Address of a Dask scheduler, whose workers do the work (needs the extra `dask`). They must
    see --data and --out under the same names."""

    def __post_init__(self) -> None:
        Preprocessor(size=self.size)
        require(
            self.radiographs_per_part >= 1,
            "radiographs_per_part must be at least 1",
            self.radiographs_per_part,
        )
        require(self.num_threads >= 0, "num_threads must not be negative", self.num_threads)
        if self.lbp_stage == "source" and self.texture is None:
            raise UserError("--lbp-stage source: there is no LBP; name a --texture")
        if self.dask is not None and self.num_threads:
            raise UserError("--num-threads: with --dask, each worker has the threads it began with")
        share(self.shard)


def main(arguments: list[str]) -> int:
    """Parse the command line and prepare. Returns the exit status."""
    options = tyro.cli(
        tyro.conf.OmitArgPrefixes[PrepareOptions],
        args=arguments,
        prog="python -m train prepare",
        description=DESCRIPTION,
    )
    if options.out.resolve().is_relative_to(options.data.resolve()):
        raise UserError(f"{options.out}: lies in --data; choose another --out")
    with _engine(options) as make:
        labelled = read_data_set(options.data.resolve(), options.label_format)
        print_left_out(labelled.faults)
        work = _work(options, labelled)
        parts = _parts(labelled, options.radiographs_per_part)
        work.plan.begin(work.folder)
        if not (work.folder / MANIFEST_FILE).exists():
            first, step = share(options.shard)
            _make(work, parts[first - 1 :: step], make)
            left_out = finish(work, parts, labelled)
            if left_out is None:
                _print_missing(options, work, parts)
                return 0
            print_left_out(left_out)
    _print_whole(options)
    return 0


def share(shard: str | None) -> tuple[int, int]:
    """`i/n` as numbers; without it 1, 1.

    Raises:
        UserError: it is not of this form.
    """
    if shard is None:
        return 1, 1
    numbers = re.fullmatch(r"(\d{1,6})/(\d{1,6})", shard)
    if numbers is None or not 1 <= int(numbers[1]) <= int(numbers[2]):
        raise UserError(f"--shard must be i/n with i from 1 to n, such as 1/4, got {shard}")
    return int(numbers[1]), int(numbers[2])


def _engine(options: PrepareOptions) -> AbstractContextManager[Make]:
    if options.dask is not None:
        return on_dask(options.dask)
    return in_threads(options.num_threads or len(os.sched_getaffinity(0)))


def _work(options: PrepareOptions, labelled: LabelledRadiographs) -> Work:
    settings = PictureSettings(
        size=options.size, texture=options.texture, lbp_stage=options.lbp_stage
    )
    canvas, pack = settings.to_json(), labelled.pack
    if pack is not None:
        pack.require_settings(Preprocessor(size=options.size).canvas_settings())
        if options.lbp_stage == "source":
            raise UserError(f"{options.data}: a pack, whose pictures have the size of the canvas")
        if pack.texture is not None:
            if options.texture is not None:
                raise UserError(f"{options.data}: is {pack.texture} texture; leave out --texture")
            canvas = pack.manifest.canvas
    if options.storage == "tar":
        _require_no_dots(labelled)
    return Work(
        folder=options.out.absolute(),
        plan=Plan(
            canvas=canvas,
            storage=options.storage,
            label_hash=labelled.label_hash,
            radiographs_per_part=options.radiographs_per_part,
            made_with=versions(),
        ),
        settings=settings,
        skip_bad=options.label_format.skip_bad,
        pack=pack,
    )


def _require_no_dots(labelled: LabelledRadiographs) -> None:
    for name in labelled.table["id"].astype(str):
        if "." in name:
            raise UserError(
                f"id {name}: WebDataset takes what follows the first dot for a suffix; choose "
                "another --storage"
            )


def _parts(labelled: LabelledRadiographs, radiographs_per_part: int) -> list[Part]:
    table = labelled.table
    paths = table["path"].tolist() if "path" in table else [None] * len(table)
    sexes = table["is_male"].tolist() if "is_male" in table else [None] * len(table)
    months = table["bone_age_months"].tolist()
    rows = list(map(Row, table["id"].tolist(), paths, months, sexes))
    starts = range(0, len(rows), radiographs_per_part)
    return [
        Part(number, rows[start : start + radiographs_per_part])
        for number, start in enumerate(starts)
    ]


def _make(work: Work, parts: Sequence[Part], make: Make) -> None:
    """Make what is missing of the parts, and say how fast."""
    missing = [part for part in parts if not is_made(work, part)]
    number = _num_radiographs(missing)
    whole = _num_radiographs(parts)
    begin = time.monotonic()
    with progress_bar("preparing, radiographs", whole, whole - number) as advance:
        times = make(work, missing, advance)
    if number:
        seconds = time.monotonic() - begin
        shares = ", ".join(f"{name} {100 * part:.1f} %" for name, part in times.shares().items())
        console.print(
            f"{number} radiographs in {seconds:.1f} s, {number / seconds:.0f} a second; "
            f"{1e3 * times.total / number:.2f} ms of CPU time each: {shares}",
            soft_wrap=True,
        )


def _num_radiographs(parts: Iterable[Part]) -> int:
    return sum(len(part.rows) for part in parts)


def _print_missing(options: PrepareOptions, work: Work, parts: Sequence[Part]) -> None:
    made = sum(work.record_file(part.number).exists() for part in parts)
    console.print(
        f"share {options.shard or '1/1'} is made; {made} of {len(parts)} parts are in "
        f"{options.out}. Run the other shares; the last one, or the command without --shard, "
        "completes it",
        soft_wrap=True,
    )


def _print_whole(options: PrepareOptions) -> None:
    manifest = open_pack(options.out).manifest
    mebibytes = sum(facts.num_bytes for facts in manifest.files.values()) / 2**20
    console.print(
        f"{manifest.num_pictures} radiographs of {options.size} x {options.size} pixels in "
        f"{options.out}: {len(manifest.files)} files, {mebibytes:.1f} MiB",
        soft_wrap=True,
    )
