"""Make one part of a pack, and know whether one is made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from train.data.decode import decode
from train.data.pack import PicturePack
from train.data.pack.manifest import UNFINISHED_FOLDER, FileFacts
from train.data.pack.storage import to_bytes
from train.data.prepare.part_files import Place, Row, write_part
from train.data.prepare.picture_settings import PictureSettings
from train.data.prepare.plan import Plan
from train.data.prepare.stage_times import StageTimes
from train.errors import UserError


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is to be made, and where; can be sent to another machine."""

    folder: Path
    """Of the pack, absolute."""
    plan: Plan
    settings: PictureSettings
    skip_bad: bool
    """Leave out pictures that cannot be read."""
    pack: PicturePack | None
    """The source, where it is a pack."""

    @property
    def unfinished(self) -> Path:
        """Folder of plan, records and work under way."""
        return self.folder / UNFINISHED_FOLDER

    def record_file(self, number: int) -> Path:
        """Of a part."""
        return self.unfinished / f"{number:06d}.json"


@dataclass(frozen=True)
class Part:
    """Rows of the data set that are made together."""

    number: int
    rows: list[Row]


@dataclass(kw_only=True)
class Record:
    """What is known of a finished part.

    Attributes:
        files: how each of its files is known to be whole.
        places: of its pictures.
        sources: size of each file that it was made of and SHA-256 of the picture in it, in the
            order of the rows.
        left_out: why each picture that could not be read could not, by id.
    """

    files: dict[str, FileFacts] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    sources: list[tuple[int, str]] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """What `read` reads."""
        files = {name: vars(facts) for name, facts in self.files.items()}
        return json.dumps({**vars(self), "files": files})

    @classmethod
    def read(cls, path: Path) -> Record:
        """Read a record. Raises FileNotFoundError where the part is not finished."""
        content = json.loads(path.read_text())
        return cls(
            files={name: FileFacts(**facts) for name, facts in content["files"].items()},
            places=[Place(*place) for place in content["places"]],
            sources=[(num_bytes, digest) for num_bytes, digest in content["sources"]],
            left_out=content["left_out"],
        )


def is_made(work: Work, part: Part) -> bool:
    """Whether a part is finished, whole, and made of the pictures as they are now."""
    try:
        record = Record.read(work.record_file(part.number))
        return (
            (work.skip_bad or not record.left_out)
            and all(FileFacts.of(work.folder / name) == of for name, of in record.files.items())
            and [size for size, _ in record.sources] == [_size(row) for row in part.rows]
        )
    except FileNotFoundError:
        return False


def make_part(
    work: Work,
    part: Part,
    each: Callable[..., Iterable[_Encoded]] = map,
    on_picture: Callable[[int], None] = lambda _number: None,
) -> StageTimes:
    """Make the files of a part and its record, whatever of them there is already.

    Args:
        work: the pack.
        part: is made in order.
        each: `map`, or that of an executor.
        on_picture: told the number of pictures done since the last call.

    Raises:
        UserError: a picture cannot be read and bad ones are not to be skipped; or this machine sees
            another folder, or would make other bytes.
    """
    work.plan.require_in(work.folder)
    times, record = StageTimes(), Record()
    with TemporaryDirectory(dir=work.unfinished) as temporary:
        aside = Path(temporary)
        encoded = list(_collected(each(_Encoder(work), part.rows), record, times, on_picture))
        with times.stage("write"):
            record.places = write_part(work.plan.storage, aside, part.number, encoded)
            for name in dict.fromkeys(place.part for place in record.places):
                record.files[name] = FileFacts.of(aside / name)
                (work.folder / name).parent.mkdir(exist_ok=True)
                (aside / name).replace(work.folder / name)
            (aside / "record.json").write_text(record.to_json())
            (aside / "record.json").replace(work.record_file(part.number))
    return times


@dataclass(frozen=True)
class _Encoded:
    """A row's picture as bytes, or why there is none."""

    row: Row
    content: bytes | None
    source: tuple[int, str]
    error: str | None
    times: StageTimes


@dataclass(frozen=True)
class _Encoder:
    work: Work

    def __call__(self, row: Row) -> _Encoded:
        times = StageTimes()
        with times.stage("read and decode"):
            source = _source(row)
        try:
            picture = self._picture(row, times)
        except UserError as error:
            if not self.work.skip_bad:
                raise UserError(
                    f"{error}. Mend it or say --skip-bad, and run the same command again: what is "
                    "done is kept"
                ) from error
            return _Encoded(row, None, source, str(error), times)
        with times.stage("encode"):
            content = to_bytes(picture, self.work.plan.storage)
        return _Encoded(row, content, source, None, times)

    def _picture(self, row: Row, times: StageTimes) -> np.ndarray:
        if row.path is None:
            assert self.work.pack is not None
            with times.stage("read and decode"):
                canvas = self.work.pack.canvas(row.id)
            return self.work.settings.picture_of_canvas(canvas, times)
        with times.stage("read and decode"):
            radiograph = decode(row.path)
        return self.work.settings.picture(radiograph, times)


def _collected(
    encoded: Iterable[_Encoded], record: Record, times: StageTimes, on_picture: Callable
) -> Iterator[tuple[Row, bytes]]:
    for one in encoded:
        record.sources.append(one.source)
        times.add(one.times)
        if one.content is None:
            record.left_out[str(one.row.id)] = str(one.error)
        else:
            yield one.row, one.content
        on_picture(1)


def _size(row: Row) -> int:
    return 0 if row.path is None else row.path.stat().st_size


def _source(row: Row) -> tuple[int, str]:
    """Size of the picture's file and SHA-256 of the picture.

    Raises:
        UserError: it is gone, or was never seen by this machine, which is no fault of the picture.
    """
    if row.path is None:
        return 0, ""
    try:
        return _size(row), hashlib.sha256(row.path.read_bytes()).hexdigest()
    except FileNotFoundError as error:
        raise UserError(f"{row.path}: is not there; all machines must see the data") from error
    except OSError:  # decoding will say what is wrong
        return _size(row), ""
