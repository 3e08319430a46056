"""Everything that is to be said of a data set, in one list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from train.data.check.duplicates import same_films
from train.data.check.pictures import PictureFacts
from train.data.film import Pose
from train.data.label_rows import Fault

Kind = Literal[
    "label or picture missing or wrong",
    "unreadable picture",
    "same film twice",
    "same film in training and test rows",
    "no hand",
    "inverted",
    "turned",
    "right hand or mirrored",
    "doubtful",
]
ERRORS: tuple[Kind, ...] = ("label or picture missing or wrong", "unreadable picture")
"""With these training would stop; the others are to be looked at."""


class Finding(NamedTuple):
    """One line of the report; `line` of the label file and `id` where there is one."""

    kind: Kind
    line: int | None
    id: object
    text: str


def label_findings(faults: Sequence[Fault]) -> list[Finding]:
    """Rows without a good label or a picture."""
    return [Finding("label or picture missing or wrong", f.line, None, f.text) for f in faults]


def picture_findings(table: pd.DataFrame, facts: Sequence[PictureFacts | str]) -> list[Finding]:
    """What is wrong with each picture by itself; `facts` belong to the rows of `table`."""
    findings = []
    for row, fact in zip(table.itertuples(index=False), facts, strict=True):
        line = getattr(row, "line", None)
        if isinstance(fact, str):
            findings.append(Finding("unreadable picture", line, row.id, fact))
            continue
        kind = _kind(fact)
        if kind is not None:
            what = f"{row.path}: {fact.judgement.pose.describe() or fact.judgement.verdict}"
            findings.append(Finding(kind, line, row.id, what))
    return findings


def duplicate_findings(
    table: pd.DataFrame, facts: Sequence[PictureFacts | str], is_test: np.ndarray
) -> list[Finding]:
    """Films that are there more than once, and whether they cross from training to test rows.

    Args:
        table: has N rows.
        facts: of each row.
        is_test: (N,) bool: the rows that are kept for the test.
    """
    readable = [row for row, fact in enumerate(facts) if isinstance(fact, PictureFacts)]
    if not readable:
        return []
    fingerprints = np.stack([facts[row].fingerprint for row in readable])  # type: ignore[union-attr]
    findings = []
    for i, j in same_films(fingerprints):
        first, second = table.iloc[readable[i]], table.iloc[readable[j]]
        leaks = is_test[readable[i]] != is_test[readable[j]]
        ages = first["bone_age_months"], second["bone_age_months"]
        text = f"{second['path']}: the same film as {first['path']}"
        text += f", labelled {ages[1]:g} and {ages[0]:g} months" if ages[0] != ages[1] else ""
        kind: Kind = "same film in training and test rows" if leaks else "same film twice"
        findings.append(Finding(kind, second.get("line"), second["id"], text))
    return findings


def _kind(fact: PictureFacts) -> Kind | None:
    judgement = fact.judgement
    if judgement.verdict == "no hand":
        return "no hand"
    if judgement.pose.is_inverted:
        return "inverted"
    if judgement.pose.quarter_turns:
        return "turned"
    if judgement.pose != Pose():
        return "right hand or mirrored"
    return "doubtful" if judgement.verdict == "doubtful" else None
