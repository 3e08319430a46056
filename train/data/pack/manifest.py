"""`pack.json`: what a pack holds, and how each of its files is known to be whole."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.data.pack.storage import Storage
from train.errors import UserError
from train.files import write_json

FORMAT = 1
MANIFEST_FILE = "pack.json"
PICTURES_FILE = "pictures.csv"
UNFINISHED_FOLDER = "pack_unfinished"
"""Of work on a pack that has no manifest yet."""


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """How a file of a pack is known to be whole."""

    num_bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> FileFacts:
        """The facts of a file as it is."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        return cls(num_bytes=path.stat().st_size, sha256=digest.hexdigest())


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What `pack.json` says."""

    canvas: dict[str, Any]
    """`Preprocessor.canvas_settings` of the pictures; with `texture` and `lbp_stage` where they are
    no radiographs but their texture."""
    storage: Storage
    """How a picture is kept, see `storage.py`."""
    source: str
    """SHA-256 of what the pictures were made of."""
    num_pictures: int
    """Rows of `pictures.csv`."""
    files: dict[str, FileFacts]
    """Every other file of the pack, by name."""
    label_hash: str | None = None
    """`LabelledRadiographs.label_hash` of the source; None of a pack without labels."""
    radiographs_per_part: int | None = None
    """Of a pack that `prepare` made: rows of the source for a part."""
    made_with: dict[str, str] | None = None
    """Versions that decide the bytes of the files."""
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write `pack.json` into the folder."""
        write_json(folder / MANIFEST_FILE, dataclasses.asdict(self))

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read `pack.json` of the folder.

        Raises:
            UserError: it is damaged, or of another format.
        """
        path = folder / MANIFEST_FILE
        if not path.exists() and (folder / UNFINISHED_FOLDER).exists():
            raise UserError(
                f"{folder}: is not finished; run the `prepare` that began it once more, to its end"
            )
        try:
            content = json.loads(path.read_text())
            if content["format"] != FORMAT:
                raise UserError(
                    f"{path}: format {content['format']}, this version reads {FORMAT}; "
                    f"make the pack anew with `prepare`"
                )
            files = {name: FileFacts(**facts) for name, facts in content.pop("files").items()}
            return cls(files=files, **content)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(f"{path}: damaged, copy it again ({error})") from error

    def verify(self, folder: Path) -> None:
        """Read every file once.

        Raises:
            UserError: a file is missing, cut short or damaged; says which.
        """
        missing = [name for name in self.files if not (folder / name).is_file()]
        if missing:
            raise UserError(
                f"{folder}: the pack lacks {', '.join(missing)} ({len(missing)} of "
                f"{len(self.files)} files); copy them beside {MANIFEST_FILE}"
            )
        for name, facts in self.files.items():
            size = (folder / name).stat().st_size
            if size != facts.num_bytes:
                raise UserError(
                    f"{folder / name}: {size} bytes of {facts.num_bytes}; copy the file again"
                )
            if FileFacts.of(folder / name) != facts:
                raise UserError(f"{folder / name}: damaged, its SHA-256 is wrong; copy it again")
