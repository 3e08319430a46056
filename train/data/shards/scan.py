"""What lies where in a tar file, by its headers alone."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path
from typing import NamedTuple

from train.data.picture_file import TarMember

_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")  # gzip, bzip2, xz, zstd


class TarIndex(NamedTuple):
    """A tar file without its pictures.

    Attributes:
        members: the files in it, in their order.
        texts: what the JSON files among them say, by name.
        fault: why there may have been more; empty of a whole tar file.
    """

    members: list[TarMember]
    texts: dict[str, str]
    fault: str


def scan_tar(tar: Path) -> TarIndex:
    """Read the headers of a tar file, as far as they can be read.

    Raises:
        OSError: the file cannot be read.
    """
    members: list[TarMember] = []
    num_bytes = tar.stat().st_size
    with tar.open("rb") as file:
        if file.read(6).startswith(_COMPRESSED):
            return TarIndex([], {}, "compressed, so that no picture can be read alone; unpack it")
        file.seek(0)
        try:
            with tarfile.open(fileobj=file, mode="r:") as archive:
                for header in archive:
                    end = header.offset_data + header.size
                    if header.isreg() and not header.issparse() and end <= num_bytes:
                        place = (header.offset_data, header.size)
                        members.append(TarMember(str(tar), header.name, *place))
                rest = os.pread(file.fileno(), tarfile.BLOCKSIZE, archive.offset)
        except tarfile.TarError:
            rest = b""
        return TarIndex(members, _texts(members, file.fileno()), _fault(rest, members))


def _fault(rest: bytes, members: list[TarMember]) -> str:
    """Whether the headers end as they should, in a block of zeros."""
    if len(rest) == tarfile.BLOCKSIZE and not any(rest):
        return ""
    if not members:
        return "empty, or not a tar file; fetch it again"
    return f"cut short or damaged after its member {members[-1].member}; fetch it again"


def _texts(members: list[TarMember], file: int) -> dict[str, str]:
    return {
        one.member: os.pread(file, one.num_bytes, one.offset).decode(errors="replace")
        for one in members
        if one.member.lower().endswith(".json")
    }
