"""From the members of tar files to labelled rows, and everything that is wrong with them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import pandas as pd

from train.data.formats.signatures import SUFFIXES
from train.data.label_format import Columns, LabelFormat
from train.data.label_rows import Fault, judge_rows
from train.data.picture_file import TarMember
from train.data.shards.index import index_tar
from train.data.shards.scan import TarIndex
from train.errors import UserError

AGE_KEY, SEX_KEY = "bone_age_months", "is_male"

_KEY_AND_EXTENSION = re.compile(r"((?:.*/)?[^./]+)(\.[^/]+)")
"""As webdataset takes names apart: at the first dot."""


def read_shards(
    tars: list[Path], label_format: LabelFormat, source: Path
) -> tuple[pd.DataFrame, list[Fault]]:
    """Read the labels of tar files.

    Args:
        tars: of `find_tars`.
        label_format: says the unit of the ages, and no more.
        source: for the error.

    Returns:
        The columns of `LabelledRadiographs.table` for the good rows, and all faults, each with the
        names of tar file and member.

    Raises:
        UserError: there is nothing in them, or the ages are in another unit.
    """
    samples, faults = [], []
    for tar in tars:
        index = index_tar(tar)
        if index.fault:
            faults.append(Fault(None, f"{tar.name}: {index.fault}"))
        for key, members in _by_key(index).items():
            try:
                samples.append(_sample(key, members, index))
            except _FaultError as fault:
                faults.append(Fault(None, f"{tar.name}/{fault}"))
    if not samples and not faults:
        raise UserError(f"{source}: found no <id>.png (or another format) with <id>.json in it")
    table = pd.DataFrame(samples, columns=["id", AGE_KEY, SEX_KEY, "path", "labels"], dtype=object)
    return _judged(table, faults, label_format, source)


def picture_members(tar: Path) -> tuple[list[TarMember], str]:
    """The pictures of a tar file, labelled or not, and why there may have been more."""
    index = index_tar(tar)
    return [one for one in index.members if one.member.lower().endswith(SUFFIXES)], index.fault


class _FaultError(ValueError):
    """What is wrong with a sample, after the name of its member."""


def _by_key(index: TarIndex) -> dict[str, list[TarMember]]:
    """Pictures and JSON files by id; other members are no concern of ours."""
    samples = defaultdict(list)
    for member in index.members:
        found = _KEY_AND_EXTENSION.fullmatch(member.member)
        if found and member.member.lower().endswith((*SUFFIXES, ".json")):
            samples[found[1]].append(member)
    return samples


def _sample(
    key: str, members: list[TarMember], index: TarIndex
) -> tuple[str, str, str, TarMember, TarMember]:
    """Id, age and sex as text to be judged, the picture, and the member with the labels."""
    for one in members:
        if one.member.count(".", len(key)) > 1:  # webdataset would not find the two together
            raise _FaultError(f"{one.member}: an id ends at its first dot; name it without dots")
    labels = [one for one in members if one.member.lower().endswith(".json")]
    pictures = [one for one in members if one not in labels]
    if not pictures:
        raise _FaultError(f"{labels[0].member}: has no picture {key}.png (or another format)")
    if not labels:
        raise _FaultError(f"{pictures[0].member}: has no {key}.json with its labels")
    for several in (pictures, labels):
        if len(several) > 1:
            raise _FaultError(f"{several[1].member}: is there beside {several[0].member}; keep one")
    try:
        content = json.loads(index.texts[labels[0].member])
        age, sex = content.get(AGE_KEY), content.get(SEX_KEY)
    except (ValueError, AttributeError) as error:
        raise _FaultError(f"{labels[0].member}: is no JSON object") from error
    return key.removeprefix("./"), _text(age), _text(sex), pictures[0], labels[0]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _judged(
    samples: pd.DataFrame, faults: list[Fault], label_format: LabelFormat, source: Path
) -> tuple[pd.DataFrame, list[Fault]]:
    """Like the lines of a label file, but that a row is known by its member."""
    is_double = samples["id"].duplicated()
    first = samples.drop_duplicates("id").set_index("id")["path"]
    for row in samples[is_double].itertuples(index=False):
        there = f"{Path(first[row.id].tar).name}/{first[row.id].member}"
        faults.append(_fault(row.path, f"id {row.id} is already in {there}; keep one"))
    samples = samples[~is_double]
    has_sexes = (samples[SEX_KEY] != "").any()
    columns = Columns(
        id="id",
        age=AGE_KEY,
        sex=SEX_KEY if has_sexes else None,
        age_unit=label_format.age_unit or "months",
        age_unit_is_stated=label_format.age_unit is not None,
    )
    rows = judge_rows(samples, columns, source)
    faults += [_fault(samples["labels"][one.line], one.text) for one in rows.faults]
    paths = samples["path"].loc[rows.table["line"]].to_numpy()
    return rows.table.drop(columns="line").assign(path=paths), faults


def _fault(member: TarMember, text: str) -> Fault:
    return Fault(None, f"{Path(member.tar).name}/{member.member}: {text}")
