"""What decides the bytes of a pack, agreed on by all who make parts of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2

from train.data.pack.manifest import MANIFEST_FILE, UNFINISHED_FOLDER, Manifest
from train.data.pack.storage import Storage
from train.errors import UserError, require
from train.files import write_json

PLAN_FILE = "plan.json"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Entries of the `Manifest` that are known before any work."""

    canvas: dict[str, Any]
    storage: Storage
    label_hash: str
    radiographs_per_part: int
    made_with: dict[str, str]

    def begin(self, folder: Path) -> None:
        """Make the folder of the pack, or find it begun or finished with this plan.

        Raises:
            UserError: it holds something else.
        """
        unfinished = folder / UNFINISHED_FOLDER
        if (folder / MANIFEST_FILE).exists():
            self._require(_of_manifest(folder), folder)
            return
        if (unfinished / PLAN_FILE).exists():
            self.require_in(folder)
            return
        if folder.exists() and not unfinished.exists():
            require(folder.is_dir(), "--out must be a folder", folder)
            if any(folder.iterdir()):
                raise UserError(f"{folder}: is not empty; choose another --out, or remove it")
        unfinished.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=unfinished) as aside:  # other machines may begin just now, too
            write_json(Path(aside) / PLAN_FILE, asdict(self))
            (Path(aside) / PLAN_FILE).replace(unfinished / PLAN_FILE)

    def require_in(self, folder: Path) -> None:
        """Raise a UserError unless the pack in `folder` was begun with this plan."""
        path = folder / UNFINISHED_FOLDER / PLAN_FILE
        try:
            self._require(json.loads(path.read_text()), folder)
        except OSError as error:
            raise UserError(
                f"{path}: {error.strerror}; all machines must see --out under this name"
            ) from error

    def _require(self, found: dict[str, Any], folder: Path) -> None:
        for name, wanted in asdict(self).items():
            if found.get(name) != wanted:
                raise UserError(
                    f"{folder}: was begun with {name} {found.get(name)}, this is {name} {wanted}; "
                    "choose another --out, or remove it"
                )


def versions() -> dict[str, str]:
    """`Manifest.made_with`: OpenCV decodes, resizes and encodes, ril makes the texture."""
    return {"ril": version("ril"), "opencv": cv2.__version__}


def _of_manifest(folder: Path) -> dict[str, Any]:
    manifest = Manifest.read(folder)
    return {field.name: getattr(manifest, field.name) for field in fields(Plan)}
