"""The indices of tar files, made once and kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from train.data.picture_file import TarMember
from train.data.shards.scan import TarIndex, scan_tar
from train.files import user_cache_folder, write_atomically

FORMAT = 1


def index_tar(tar: Path) -> TarIndex:
    """Index a tar file, or find its index of an earlier time; `fault` says what went wrong."""
    try:
        facts = _facts(tar)
        kept = user_cache_folder() / "tars" / f"{_hash(facts)}.json"
        return _kept_index(kept, facts, tar) or _keep(scan_tar(tar), kept, facts)
    except OSError as error:
        return TarIndex([], {}, error.strerror or str(error))


def _facts(tar: Path) -> list[Any]:
    """What changes when the tar file does; the first two alone name its index."""
    state = tar.stat()
    return [FORMAT, str(tar.absolute()), state.st_size, state.st_mtime_ns]


def _hash(facts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(facts[:2]).encode()).hexdigest()[:32]


def _kept_index(kept: Path, facts: list[Any], tar: Path) -> TarIndex | None:
    try:
        content = json.loads(kept.read_text())
        if content["facts"] != facts:
            return None
        members = [TarMember(str(tar), *place) for place in content["members"]]
        return TarIndex(members, content["texts"], content["fault"])
    except (OSError, ValueError, KeyError, TypeError):  # not there, or damaged: it is made anew
        return None


def _keep(index: TarIndex, kept: Path, facts: list[Any]) -> TarIndex:
    places = [(one.member, one.offset, one.num_bytes) for one in index.members]
    content = {"facts": facts, **index._asdict(), "members": places}
    with suppress(OSError):  # where nothing can be kept, it is made again the next time
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(kept, lambda path: path.write_text(json.dumps(content)))
    return index
