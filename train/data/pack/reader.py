"""Read pictures out of a pack."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from train.data.pack.manifest import MANIFEST_FILE, PICTURES_FILE, Manifest
from train.data.pack.storage import from_bytes
from train.errors import UserError


def is_pack(folder: Path) -> bool:
    """Whether the folder holds a pack, whole or not."""
    return (folder / MANIFEST_FILE).exists()


def open_pack(folder: Path) -> PicturePack:
    """Open a pack after every byte of it was checked.

    Raises:
        UserError: it is of another format, or a file is missing, cut short or damaged.
    """
    manifest = Manifest.read(folder)
    manifest.verify(folder)
    return PicturePack(folder, manifest)


class PicturePack:
    """The letterboxed pictures of a data set, by id.

    Parts are memory-mapped on first use in each process: all processes of a machine share one copy
    in memory, and a worker is sent nothing but the name of the folder.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest

    def __reduce__(self) -> tuple[Any, ...]:
        return PicturePack, (self.folder, self.manifest)

    @property
    def size(self) -> int:
        """Side of the pictures in pixels."""
        return self.manifest.canvas["size"]

    def __contains__(self, picture_id: int | str) -> bool:
        return str(picture_id) in self._places

    def canvas(self, picture_id: int | str) -> np.ndarray:
        """(size, size) uint8 or uint16, as `Preprocessor.canvas` made it."""
        part, offset, num_bytes = self._places[str(picture_id)]
        content = self._parts[part][offset : offset + num_bytes]
        return from_bytes(content, self.manifest.storage, self.size)

    def require_settings(self, canvas_settings: dict[str, Any]) -> None:
        """Raise a UserError unless the pictures were made with these settings."""
        for name, wanted in canvas_settings.items():
            held = self.manifest.canvas.get(name)
            if held != wanted:
                raise UserError(
                    f"{self.folder}: holds pictures of {name} {held}, {name} {wanted} is needed; "
                    f"make a pack with `prepare`, or use the pictures themselves"
                )

    @cached_property
    def _places(self) -> dict[str, tuple[str, int, int]]:
        table = pd.read_csv(self.folder / PICTURES_FILE, dtype={"id": str}, keep_default_na=False)
        columns = ("part", "offset", "num_bytes")
        places = zip(*(table[name].tolist() for name in columns), strict=True)
        return dict(zip(table["id"].tolist(), places, strict=True))

    @cached_property
    def _parts(self) -> dict[str, np.ndarray]:
        names = sorted({part for part, _, _ in self._places.values()})
        return {name: np.memmap(self.folder / name, dtype=np.uint8, mode="r") for name in names}
