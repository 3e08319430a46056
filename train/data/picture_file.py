"""Where the bytes of one picture lie: in a file of their own, or in a tar file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True)
class TarMember:
    """A file inside an uncompressed tar file, read by its place, as `Path` reads a file.

    Attributes:
        tar: path of the tar file.
        member: name inside it.
        offset: of its first byte in the tar file.
        num_bytes: its size.
    """

    tar: str
    member: str
    offset: int
    num_bytes: int

    def __str__(self) -> str:
        return f"{self.tar}/{self.member}"

    @property
    def name(self) -> str:
        """The last part of the member's name."""
        return PurePosixPath(self.member).name

    @property
    def stem(self) -> str:
        """That without its suffix."""
        return PurePosixPath(self.member).stem

    def stat(self) -> os.stat_result:
        """Facts of the tar file."""
        return Path(self.tar).stat()

    def read_bytes(self) -> bytes:
        """The content. Raises OSError where the tar file cannot be read, or has become shorter."""
        file = os.open(self.tar, os.O_RDONLY)
        try:
            content = os.pread(file, self.num_bytes, self.offset)
        finally:
            os.close(file)
        if len(content) != self.num_bytes:
            raise OSError(f"{self.tar} was cut short after it was indexed")
        return content


PictureFile = Path | TarMember
