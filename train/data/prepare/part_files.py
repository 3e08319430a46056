"""The files of one part, in each storage."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from train.data.pack.storage import Storage
from train.data.picture_file import PictureFile


class Row(NamedTuple):
    """One row of the data set; `path` is None where the picture lies in a pack."""

    id: int | str
    path: PictureFile | None
    bone_age_months: float
    is_male: bool | None


class Place(NamedTuple):
    """Where the bytes of a picture lie: a line of `pictures.csv`."""

    id: int | str
    part: str
    offset: int
    num_bytes: int


Encoded = Sequence[tuple[Row, bytes]]


def write_part(storage: Storage, folder: Path, number: int, pictures: Encoded) -> list[Place]:
    """Write encoded pictures, in order, into files below `folder`; says where each lies."""
    return _WRITERS.get(storage, _write_binary)(folder, number, pictures)


def _write_binary(folder: Path, number: int, pictures: Encoded) -> list[Place]:
    name = f"part_{number:03d}.bin"
    places = []
    with (folder / name).open("wb") as part:
        for row, content in pictures:
            places.append(Place(row.id, name, part.tell(), len(content)))
            part.write(content)
    return places


def _write_pictures(folder: Path, _number: int, pictures: Encoded) -> list[Place]:
    places = []
    (folder / "images").mkdir()
    for row, content in pictures:
        name = f"images/{row.id}.png"
        (folder / name).write_bytes(content)
        places.append(Place(row.id, name, 0, len(content)))
    return places


def _write_tar(folder: Path, number: int, pictures: Encoded) -> list[Place]:
    """A shard as WebDataset reads it: `<id>.png`, then `<id>.json` with the labels."""
    name = f"radiographs-{number:06d}.tar"
    places = []
    with tarfile.open(folder / name, "w", format=tarfile.PAX_FORMAT) as shard:
        for row, content in pictures:
            _add(shard, f"{row.id}.png", content)
            padded = -(-len(content) // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
            places.append(Place(row.id, name, shard.offset - padded, len(content)))
            _add(shard, f"{row.id}.json", json.dumps(_labels(row)).encode())
    return places


def _add(shard: tarfile.TarFile, name: str, content: bytes) -> None:
    """Without time, owner or rights of a file, so that equal contents make equal shards."""
    header = tarfile.TarInfo(name)  # mode 0644, the rest 0
    header.size = len(content)
    shard.addfile(header, io.BytesIO(content))


def _labels(row: Row) -> dict[str, int | float | bool | None]:
    months = row.bone_age_months
    whole = int(months) if months == int(months) else float(months)
    return {"bone_age_months": whole, "is_male": row.is_male}


_WRITERS: dict[str, Callable[[Path, int, Encoded], list[Place]]] = {
    "pictures": _write_pictures,
    "tar": _write_tar,
}
