"""Pictures that were decoded and letterboxed once, kept as packs for the runs to come.

An entry is found by the settings of the pictures and by name, size and time of change of each
picture file, so that a changed file or setting makes another entry. Any number of processes may
find, make and use entries at the same time and be killed: an entry is whole or not there.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from train.data.dataset import RadiographDataset
from train.data.labels import LabelledRadiographs
from train.data.pack import PicturePack, is_pack, open_pack, write_pack
from train.data.preprocessing import Preprocessor
from train.data.unreadable import unreadable_pictures
from train.errors import UserError
from train.files import user_cache_folder

MAX_BYTES = 20 * 2**30
"""Of all entries together; the longest unused make room."""
PART_BYTES = 2**30


def default_cache_folder() -> Path:
    """Where pictures are kept that nobody named a folder for."""
    return user_cache_folder() / "pictures"


class PictureCache:
    """The entries in one folder.

    `<key>` is a pack, `<key>.in_use` is locked, shared, by whoever reads it and so keeps it, and
    `<key>.making` by the one who writes it. Locks end with their process, however it ends.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, labelled: LabelledRadiographs, preprocessor: Preprocessor) -> PicturePack | None:
        """The pictures of a data set, where they are in the cache, whole.

        Those that could not be read are not in it; where one can be read now, nothing is found.
        """
        return self._open(self._entry(labelled, preprocessor), labelled)

    def make(
        self,
        labelled: LabelledRadiographs,
        preprocessor: Preprocessor,
        *,
        skip_bad: bool = False,
        num_threads: int = 1,
        on_picture: Callable[[int], None] = lambda _number: None,
    ) -> PicturePack:
        """Decode the pictures of a data set into the cache, unless another process does it first.

        Raises:
            UserError: a picture cannot be read; with `skip_bad` it is not in the pack.
            OSError: the cache cannot be written.
        """
        entry = self._entry(labelled, preprocessor)
        self.folder.mkdir(parents=True, exist_ok=True)
        with entry.with_suffix(".making").open("w") as making:
            fcntl.flock(making, fcntl.LOCK_EX)
            pack = self._open(entry, labelled)
            if pack is not None:
                return pack
            self._remove_leftovers(entry)
            self._make_room(len(labelled.table) * preprocessor.size**2)
            dataset = RadiographDataset(labelled.table, preprocessor, pack=labelled.pack)
            write_pack(
                entry,
                labelled.table["id"].tolist(),
                partial(_canvas_or_none, dataset) if skip_bad else dataset.canvas,
                canvas_settings=_settings(labelled, preprocessor),
                source=entry.name,
                storage="raw",
                part_bytes=PART_BYTES,
                num_threads=num_threads,
                on_picture=on_picture,
            )
            pack = self._open(entry, labelled)
        if pack is None:
            raise OSError(f"{entry}: cannot be read back")
        return pack

    def _entry(self, labelled: LabelledRadiographs, preprocessor: Preprocessor) -> Path:
        facts = [_settings(labelled, preprocessor), cv2.__version__, *_picture_facts(labelled)]
        return self.folder / hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]

    def _open(self, entry: Path, labelled: LabelledRadiographs) -> PicturePack | None:
        if not is_pack(entry):
            return None
        lock = os.open(_lock_file(entry), os.O_RDWR | os.O_CREAT)
        fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            pack = open_pack(entry)
        except (UserError, OSError):  # removed just now, or damaged: it is made anew
            os.close(lock)
            return None
        weakref.finalize(pack, os.close, lock)
        if _lacks_a_readable(pack, labelled):
            return None
        os.utime(entry)
        return pack

    def _remove_leftovers(self, entry: Path) -> None:
        for leftover in self.folder.glob(f".{entry.name}.*.tmp"):  # of processes that were killed
            shutil.rmtree(leftover, ignore_errors=True)

    def _make_room(self, num_bytes: int) -> None:
        entries = [path for path in self.folder.iterdir() if is_pack(path)]
        sizes = {path: sum(file.stat().st_size for file in path.iterdir()) for path in entries}
        for oldest in sorted(entries, key=lambda path: path.stat().st_mtime):
            if sum(sizes.values()) + num_bytes <= MAX_BYTES:
                return
            if _remove_unless_in_use(oldest):
                del sizes[oldest]


def _canvas_or_none(dataset: RadiographDataset, row: int) -> np.ndarray | None:
    try:
        return dataset.canvas(row)
    except UserError:
        return None


def _lacks_a_readable(pack: PicturePack, labelled: LabelledRadiographs) -> bool:
    lacking = labelled.table[[number not in pack for number in labelled.table["id"]]]
    return not lacking.empty and len(unreadable_pictures(lacking)) < len(lacking)


def _settings(labelled: LabelledRadiographs, preprocessor: Preprocessor) -> dict[str, Any]:
    pack = labelled.pack
    return preprocessor.canvas_settings() if pack is None else pack.manifest.canvas


def _picture_facts(labelled: LabelledRadiographs) -> list[object]:
    if labelled.pack is not None:
        return [labelled.pack.manifest.source, *labelled.table["id"].tolist()]
    return [_file_facts(row) for row in labelled.table.itertuples(index=False)]


def _file_facts(row: pd.Series) -> tuple[int | str, str, int, int]:
    facts = row.path.stat()
    return row.id, str(Path(str(row.path)).absolute()), facts.st_size, facts.st_mtime_ns


def _lock_file(entry: Path) -> Path:
    return entry.with_suffix(".in_use")


def _remove_unless_in_use(entry: Path) -> bool:
    with _lock_file(entry).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        shutil.rmtree(entry)
        return True
