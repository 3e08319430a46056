"""Read pictures out of a pack."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from train.data.augmentation import Augmentation
from train.data.pack.manifest import (
    MANIFEST_FILE,
    PICTURES_FILE,
    UNFINISHED_FOLDER,
    Manifest,
)
from train.data.pack.storage import from_bytes
from train.data.preprocessing import Preprocessor
from train.data.texture import CHANNEL_NAMES, Texture
from train.errors import UserError


def is_pack(folder: Path) -> bool:
    """Whether the folder holds a pack, whole or not."""
    return (folder / MANIFEST_FILE).exists() or (folder / UNFINISHED_FOLDER).exists()


def open_pack(folder: Path) -> PicturePack:
    """Open a pack after every byte of it was checked.

    Raises:
        UserError: it is of another format, or a file is missing, cut short or damaged.
    """
    manifest = Manifest.read(folder)
    manifest.verify(folder)
    return PicturePack(folder, manifest)


class PicturePack:
    """The letterboxed pictures of a data set, or their texture, by id.

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

    @property
    def texture(self) -> Texture | None:
        """What the pictures are, where they are no radiographs."""
        return self.manifest.canvas.get("texture")

    def __contains__(self, picture_id: int | str) -> bool:
        return str(picture_id) in self._places

    def canvas(self, picture_id: int | str) -> np.ndarray:
        """(size, size) uint8 or uint16, as `Preprocessor.canvas` made it.

        Of a pack of texture (size, size) or (3, size, size) uint8, see `texture_picture`.
        """
        part, offset, num_bytes = self._places[str(picture_id)]
        num_channels = 1 if self.texture is None else len(CHANNEL_NAMES[self.texture])
        content = self._part(part)[offset : offset + num_bytes]
        return from_bytes(content, self.manifest.storage, self.size, num_channels)

    def require_settings(self, canvas_settings: dict[str, Any]) -> None:
        """Raise a UserError unless the pictures were made with these settings."""
        for name, wanted in canvas_settings.items():
            held = self.manifest.canvas.get(name)
            if held != wanted:
                raise UserError(
                    f"{self.folder}: holds pictures of {name} {held}, {name} {wanted} is needed; "
                    f"make a pack with `prepare`, or use the pictures themselves"
                )

    def require_usable(self, preprocessor: Preprocessor, augmentation: Augmentation) -> None:
        """Raise a UserError unless a data set can take these pictures.

        Texture is taken as it is, so that it must be what `predict` will make of a radiograph.
        """
        self.require_settings(preprocessor.canvas_settings())
        if self.texture is None:
            return
        if self.texture != preprocessor.texture:
            raise UserError(
                f"{self.folder}: its pictures are {self.texture} texture already, of which no "
                f"{preprocessor.texture} can be made; leave out --texture, or use the radiographs"
            )
        if augmentation != Augmentation():
            raise UserError(
                f"{self.folder}: its pictures are texture, and augmentation comes before it; leave "
                "out the augmentation, or use radiographs: `prepare` without --texture"
            )
        if self.manifest.canvas["lbp_stage"] != "canvas":
            raise UserError(
                f"{self.folder}: its texture was made at the resolution of the files, which "
                "`predict` does not repeat; for `fit`, prepare with --lbp-stage canvas"
            )

    @cached_property
    def _places(self) -> dict[str, tuple[str, int, int]]:
        table = pd.read_csv(self.folder / PICTURES_FILE, dtype={"id": str}, keep_default_na=False)
        columns = ("part", "offset", "num_bytes")
        places = zip(*(table[name].tolist() for name in columns), strict=True)
        return dict(zip(table["id"].tolist(), places, strict=True))

    def _part(self, name: str) -> np.ndarray:
        if self.manifest.storage == "pictures":  # too many files for as many maps
            return np.fromfile(self.folder / name, dtype=np.uint8)
        return self._parts[name]

    @cached_property
    def _parts(self) -> dict[str, np.ndarray]:
        names = sorted({part for part, _, _ in self._places.values()})
        return {name: np.memmap(self.folder / name, dtype=np.uint8, mode="r") for name in names}
