"""What was measured, as it lies in the JSON file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from benchmarks.interleaved import Spread, added, ratio, spread

SCALES = ((8, 1), (16, 2), (24, 3))


class Entry(NamedTuple):
    """One thing that is timed. `ril` names its instruction set; peers have none."""

    program: str
    instruction_set: str
    scales: tuple[tuple[int, float], ...]
    method: str = "ror"
    dtype: str = "uint8"
    size: int = 512
    count: int = 1
    num_threads: int = 1

    @property
    def pixels(self) -> int:
        """Of all pictures of a call, each counted once, whatever the number of scales."""
        return self.count * self.size * self.size


@dataclass(frozen=True)
class Record:
    """An entry with its samples, in seconds of a call, one a round."""

    entry: Entry
    seconds: Sequence[float]
    agreement: float = 1.0
    """Share of pixels inside the border that equal ril's."""

    @property
    def ns_per_pixel(self) -> Spread:
        """Over all scales of the call."""
        return spread(self.seconds).scaled(1e9 / self.entry.pixels)


@dataclass
class Group:
    """Records of the same rounds: only these have ratios."""

    name: str
    records: list[Record] = field(default_factory=list)

    def find(self, **wanted: object) -> Record | None:
        """The first record whose entry has these fields."""
        return next(self._matching(wanted), None)

    def find_sum(self, program: str, **wanted: object) -> list[float] | None:
        """Seconds of three calls, one for each scale, in each round."""
        parts = [self.find(program=program, scales=(scale,), **wanted) for scale in SCALES]
        found = [part.seconds for part in parts if part is not None]
        return added(found) if len(found) == len(SCALES) else None

    def _matching(self, wanted: dict[str, object]) -> Iterator[Record]:
        for record in self.records:
            if all(getattr(record.entry, name) == value for name, value in wanted.items()):
                yield record

    def to_json(self) -> dict[str, Any]:
        """With medians and quartiles beside the samples, for readers of the file."""
        return {"name": self.name, "records": [_record_to_json(one) for one in self.records]}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Group:
        """What `to_json` wrote."""
        return cls(content["name"], [_record_from_json(one) for one in content["records"]])


def speedup(slow: Record | Sequence[float] | None, fast: Record | None) -> Spread | None:
    """How many times faster `fast` is, of records of one group; None where one was not timed."""
    if slow is None or fast is None:
        return None
    return ratio(slow.seconds if isinstance(slow, Record) else slow, fast.seconds)


def dump(results: dict[str, Any]) -> str:
    """JSON, indented, with each list of numbers on one line."""
    text = json.dumps(results, indent=1, allow_nan=False)
    flat = re.sub(r"\[\s+([-+.\de,\s]+?)\s+\]", lambda m: f"[{' '.join(m[1].split())}]", text)
    return flat + "\n"


def _record_to_json(record: Record) -> dict[str, Any]:
    return {
        **record.entry._asdict(),
        "agreement": round(record.agreement, 6),
        "ns_per_pixel": record.ns_per_pixel._asdict(),
        "seconds": [float(f"{sample:.6g}") for sample in record.seconds],
    }


def _record_from_json(content: dict[str, Any]) -> Record:
    fields = {name: content[name] for name in Entry._fields}
    fields["scales"] = tuple((P, R) for P, R in fields["scales"])
    return Record(Entry(**fields), content["seconds"], content["agreement"])
