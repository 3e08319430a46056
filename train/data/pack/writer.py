"""Write a pack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from train.data.pack.manifest import PICTURES_FILE, FileFacts, Manifest
from train.data.pack.storage import Storage, to_bytes
from train.files import folder_written_atomically

PICTURES_AT_A_TIME = 64


def write_pack(
    folder: Path,
    ids: Sequence[int | str],
    canvas_of_row: Callable[[int], np.ndarray | None],
    *,
    canvas_settings: dict[str, Any],
    source: str,
    storage: Storage,
    part_bytes: int,
    num_threads: int = 1,
    beside: Callable[[Path], None] = lambda _folder: None,
    on_picture: Callable[[int], None] = lambda _number: None,
) -> None:
    """Write `folder`, which appears when it is whole; one that exists is replaced.

    Args:
        folder: of the pack.
        ids: of the pictures, each once; the order of the pictures in the parts.
        canvas_of_row: (h, h) uint8 or uint16 of position 0, 1, ... of `ids`, or None, which leaves
            it out; called from threads.
        canvas_settings: `Preprocessor.canvas_settings` of the pictures.
        source: SHA-256 of what the pictures are made of.
        storage: see `storage.py`.
        part_bytes: largest size of a part; a part holds at least one picture.
        num_threads: threads that make pictures.
        beside: writes further files of the pack into the folder given to it.
        on_picture: told the number of pictures done since the last call.
    """
    with folder_written_atomically(folder) as unfinished:
        contents = _in_threads(
            lambda row: _bytes_or_none(canvas_of_row(row), storage), len(ids), num_threads
        )
        places = _write_parts(unfinished, zip(ids, contents, strict=True), part_bytes, on_picture)
        table = pd.DataFrame(places, columns=["id", "part", "offset", "num_bytes"])
        table.to_csv(unfinished / PICTURES_FILE, index=False)
        beside(unfinished)
        names = sorted(path.name for path in unfinished.iterdir())
        Manifest(
            canvas=canvas_settings,
            storage=storage,
            source=source,
            num_pictures=len(places),
            files={name: FileFacts.of(unfinished / name) for name in names},
        ).write(unfinished)


def _bytes_or_none(canvas: np.ndarray | None, storage: Storage) -> bytes | None:
    return None if canvas is None else to_bytes(canvas, storage)


def _in_threads(
    make: Callable[[int], bytes | None], number: int, num_threads: int
) -> Iterator[bytes | None]:
    """`make(0)`, `make(1)`, ...; a few at a time, so that memory stays small."""
    with ThreadPoolExecutor(num_threads) as threads:
        for start in range(0, number, PICTURES_AT_A_TIME):
            rows = range(start, min(start + PICTURES_AT_A_TIME, number))
            yield from threads.map(make, rows)


def _write_parts(
    folder: Path,
    contents: Iterable[tuple[int | str, bytes | None]],
    part_bytes: int,
    on_picture: Callable[[int], None],
) -> list[tuple[int | str, str, int, int]]:
    places: list[tuple[int | str, str, int, int]] = []
    number, offset = 0, 0
    for picture_id, content in contents:
        on_picture(1)
        if content is None:
            continue
        if offset > 0 and offset + len(content) > part_bytes:
            number, offset = number + 1, 0
        name = f"part_{number:03d}.bin"
        with (folder / name).open("ab") as part:
            part.write(content)
        places.append((picture_id, name, offset, len(content)))
        offset += len(content)
    return places
