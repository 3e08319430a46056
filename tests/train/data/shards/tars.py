"""Tar files as other programs may write them."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pandas as pd


def write_tar(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, content in members.items():
            header = tarfile.TarInfo(name)
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    return path


def label(months: object, is_male: object = None) -> bytes:
    return json.dumps({"bone_age_months": months, "is_male": is_male}).encode()


def sharded(table: pd.DataFrame, folder: Path, num_shards: int) -> Path:
    """The pictures and labels of a data set of files, dealt to tar files `hands-000000.tar`, ..."""
    folder.mkdir()
    for shard in range(num_shards):
        members = {}
        for row in table.iloc[shard::num_shards].itertuples(index=False):
            members[f"{row.id}{row.path.suffix}"] = row.path.read_bytes()
            members[f"{row.id}.json"] = label(row.bone_age_months, bool(row.is_male))
        write_tar(folder / f"hands-{shard:06d}.tar", members)
    return folder
