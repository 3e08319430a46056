"""Make a pack of finished parts."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from train.data.labels import LabelledRadiographs
from train.data.pack.labels import LABEL_FILE, write_pack_labels
from train.data.pack.manifest import MANIFEST_FILE, PICTURES_FILE, FileFacts, Manifest
from train.data.prepare.part import Part, Record, Work
from train.data.prepare.part_files import Place
from train.errors import UserError


def finish(work: Work, parts: Sequence[Part], labelled: LabelledRadiographs) -> list[str] | None:
    """Write labels, places and manifest if all parts are made; any number of processes may try.

    Returns:
        Why pictures were left out; None where parts are missing.

    Raises:
        UserError: there is no picture in it.
    """
    left_out: dict[str, str] = {}
    try:
        records = [Record.read(work.record_file(part.number)) for part in parts]
        _require_files(work, records)
        left_out = {name: why for record in records for name, why in record.left_out.items()}
        table = labelled.table[~labelled.table["id"].astype(str).isin(list(left_out))]
        if table.empty:
            first = next(iter(left_out.values()))
            raise UserError(f"{work.folder}: no picture can be read; the first: {first}")
        with TemporaryDirectory(dir=work.unfinished) as aside:
            _write(work, records, table, Path(aside))
    except FileNotFoundError:  # a part is not made; or another process has finished just now
        if not (work.folder / MANIFEST_FILE).exists():
            return None
    shutil.rmtree(work.unfinished, ignore_errors=True)
    return list(left_out.values())


def _require_files(work: Work, records: list[Record]) -> None:
    """Parts that were made on another disk are perhaps still being copied."""
    for record in records:
        for name, facts in record.files.items():
            if (work.folder / name).stat().st_size != facts.num_bytes:
                raise FileNotFoundError(work.folder / name)


def _write(work: Work, records: list[Record], table: pd.DataFrame, aside: Path) -> None:
    places = [place for record in records for place in record.places]
    pd.DataFrame(places, columns=Place._fields).to_csv(aside / PICTURES_FILE, index=False)
    write_pack_labels(table, aside)
    beside = (PICTURES_FILE, LABEL_FILE)
    files = {name: FileFacts.of(aside / name) for name in beside}
    for record in records:
        files |= record.files
    manifest = Manifest(
        **asdict(work.plan),
        source=_source(work, records),
        num_pictures=len(places),
        files=dict(sorted(files.items())),
    )
    manifest.write(aside)
    for name in (*beside, MANIFEST_FILE):
        (aside / name).replace(work.folder / name)


def _source(work: Work, records: list[Record]) -> str:
    """SHA-256 over the labels' hash and those of all pictures' files, in the order of the rows."""
    if work.pack is not None:
        return work.pack.manifest.source
    whole = hashlib.sha256(work.plan.label_hash.encode())
    for record in records:
        for _, digest in record.sources:
            whole.update(bytes.fromhex(digest))
    return whole.hexdigest()
