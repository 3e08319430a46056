"""The distances that this project holds itself to, and whether a run reached them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from benchmarks.interleaved import Spread, ratio
from benchmarks.records import SCALES, Group, Record, speedup

SPEEDUPS = {(SCALES[0],): 350, (SCALES[1],): 180, (SCALES[2],): 120, SCALES: 160}
PEER = "scikit-image"


class Target(NamedTuple):
    """A figure, its bound and what was measured; None where it was not."""

    name: str
    bound: float
    at_least: bool
    value: Spread | None
    unit: str = "x"
    wall_clock: bool = False
    judged: bool = True

    @property
    def verdict(self) -> str:
        """`reached`, `not reached`, `not measured` or `not judged`."""
        if self.value is None:
            return "not measured"
        if not self.judged:
            return "not judged"
        median = self.value.median
        reached = median >= self.bound if self.at_least else median <= self.bound
        return "reached" if reached else "not reached"


def scale_names(scales: tuple[tuple[int, float], ...]) -> str:
    """`(8, 1)`, or that there are three."""
    return "three scales fused" if len(scales) > 1 else f"({scales[0][0]}, {scales[0][1]})"


def targets(groups: Mapping[str, Group], loader: list[dict[str, Any]]) -> list[Target]:
    """Every distance, in the order of importance."""
    found = []
    peers = groups.get("peers 512", Group("peers 512"))
    for instruction_set, part in (("avx512", 1.0), ("avx2", 0.5)):
        for scales, bound in SPEEDUPS.items():
            value = speedup(_peer(peers, scales), _ril(peers, scales, instruction_set))
            name = f"{instruction_set}, {scale_names(scales)}, against {PEER}"
            found.append(Target(name, bound * part, True, value))
    compat = peers.find(program="ril.compat.skimage", scales=(SCALES[0],))
    value = speedup(_peer(peers, (SCALES[0],)), compat)
    found.append(Target(f"ril.compat.skimage, (8, 1), against {PEER}", 60, True, value))
    for scales in SPEEDUPS:
        value = _two(groups, "threads", scales, "num_threads", 1, 2)
        name = f"two threads against one, 64 pictures of 224 x 224, {scale_names(scales)}"
        found.append(Target(name, 1.8, True, value, wall_clock=True))
    for scales in SPEEDUPS:
        value = _two(groups, "dtypes", scales, "dtype", "uint8", "uint16")
        name = f"speed of uint16 against uint8, {scale_names(scales)}"
        found.append(Target(name, 0.5, True, value))
    for result in loader:
        if "2000 x 1500" in result["source"]:
            share = Spread(**result["lbp_share"]).scaled(100)
            name = "what LBP adds to decoding and resizing a 2000 x 1500 PNG to 224"
            found.append(Target(name, 5, False, share, "%"))
    return found


def _ril(group: Group, scales: object, instruction_set: str) -> Record | None:
    return group.find(program="ril", scales=scales, instruction_set=instruction_set)


def _peer(group: Group, scales: tuple[tuple[int, float], ...]) -> Record | list[float] | None:
    if len(scales) > 1:
        return group.find_sum(PEER)
    return group.find(program=PEER, scales=scales)


def _two(
    groups: Mapping[str, Group], name: str, scales: object, field: str, slow: object, fast: object
) -> Spread | None:
    """The time with `slow` over the time with `fast` in one field."""
    group = groups.get(name, Group(name))
    records = [group.find(scales=scales, **{field: wanted}) for wanted in (slow, fast)]
    if records[0] is None or records[1] is None:
        return None
    return ratio(records[0].seconds, records[1].seconds)
