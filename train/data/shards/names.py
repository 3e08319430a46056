"""Which tar files a person means."""

from __future__ import annotations

import re
from pathlib import Path

from train.data.pack import is_pack
from train.data.pack.manifest import Manifest
from train.errors import UserError

_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")
_COMPRESSED = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst")


def find_tars(place: Path) -> list[Path]:
    """The tar files of a data set, in order; none where it is not one of tar files.

    Args:
        place: a tar file, a pattern `hands-{000000..000010}.tar` as webdataset takes it, or a
            folder that holds tar files and no CSV file.

    Raises:
        UserError: the tar files are compressed, or hold texture and no radiographs.
    """
    if place.name.endswith(_COMPRESSED):
        raise UserError(f"{place}: compressed, so that no picture can be read alone; decompress it")
    if place.suffix == ".tar":
        _refuse_texture(place.parent)
        return [Path(name) for name in _expanded(str(place))]
    if not place.is_dir():
        return []
    tars = sorted(path for path in place.iterdir() if path.suffix == ".tar")
    has_csv = any(path.suffix.lower() == ".csv" for path in place.iterdir())
    return [] if has_csv else tars


def _refuse_texture(folder: Path) -> None:
    if is_pack(folder) and "texture" in Manifest.read(folder).canvas:
        raise UserError(f"{folder}: its tar files hold texture; give the folder, which says so")


def _expanded(pattern: str) -> list[str]:
    """`a-{08..10}` -> a-08, a-09, a-10; every range of it."""
    found = _RANGE.search(pattern)
    if found is None:
        return [pattern]
    first, last = found.groups()
    return [
        name
        for number in range(int(first), int(last) + 1)
        for name in _expanded(
            f"{pattern[: found.start()]}{number:0{len(first)}d}{pattern[found.end() :]}"
        )
    ]
