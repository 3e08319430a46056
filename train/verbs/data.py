"""`python -m train data check`: everything that is wrong with a data set, at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd
import tyro
from rich.table import Table

from train.age_classes import class_from_months
from train.data.check.findings import (
    ERRORS,
    Finding,
    Kind,
    duplicate_findings,
    label_findings,
    picture_findings,
)
from train.data.check.pictures import PictureFacts, examine_all
from train.data.decode import decode
from train.data.label_format import LabelFormat
from train.data.labels import Inspection, inspect_data_set, label_hash
from train.data.splits import PAPER_NUM_TEST
from train.errors import UserError, require
from train.files import write_atomically
from train.optional import OptionalPath
from train.report.data_set import plot_ages, write_contact_sheet
from train.terminal import console, progress_bar

NUM_SHOWN = 5
SHEET_COLUMNS = 8


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """Say everything that is wrong with a data set, at once; change nothing.

    Reads the labels and every picture. Reports rows without a good label or picture, doubled ids,
    unreadable pictures, the same film twice or across the split, films that are inverted, turned,
    mirrored or no hands. Writes findings.csv, ages.png and contact_sheet.png. Exit status 1 where
    training would stop.

    Example: python -m train data check DATA --out checks/data
    """

    action: tyro.conf.Positional[Literal["check"]]
    """The only one so far."""
    folder: tyro.conf.Positional[Path]
    """Of the data set; or its tar files, as `fit --data` takes them."""
    label_format: LabelFormat = field(default_factory=LabelFormat)
    out: OptionalPath = None
    """Folder for the report; default: checks/ and the name of the data set."""
    num_test: int = PAPER_NUM_TEST
    """Rows by ascending id that `fit` keeps for the test: a film must not be on both sides."""
    num_workers: int = 1
    """Processes that read pictures; 0 reads in this one."""

    def __post_init__(self) -> None:
        require(self.num_test >= 0, "num_test must not be negative", self.num_test)
        require(self.num_workers >= 0, "num_workers must not be negative", self.num_workers)


def main(arguments: list[str]) -> int:
    """Parse the command line and check. Returns 1 where the data set should be mended first."""
    options = tyro.cli(
        tyro.conf.OmitArgPrefixes[CheckOptions], args=arguments, prog="python -m train data"
    )
    inspection = inspect_data_set(options.folder, options.label_format)
    if inspection.table.empty:
        raise UserError(
            f"{inspection.source}: no row is good; the first: {inspection.faults[0].text}"
        )
    table = inspection.table
    with progress_bar("reading pictures", len(table)) as advance:
        facts = examine_all(table["path"].tolist(), options.num_workers, advance)
    is_test = np.arange(len(table)) < options.num_test
    findings = [
        *label_findings(inspection.faults),
        *picture_findings(table, facts),
        *duplicate_findings(table, facts, is_test),
    ]
    out = options.out or Path("checks") / options.folder.resolve().name.removesuffix(".tar")
    _write(out, table, facts, findings)
    _print(inspection, facts, findings, out)
    return 1 if any(finding.kind in ERRORS for finding in findings) else 0


def _write(
    out: Path, table: pd.DataFrame, facts: Sequence[PictureFacts | str], findings: list[Finding]
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    lines = pd.DataFrame(findings, columns=Finding._fields).astype({"line": "Int64"})
    write_atomically(out / "findings.csv", lambda path: lines.to_csv(path, index=False))
    is_male = table["is_male"].to_numpy() if "is_male" in table else None
    plot_ages(table["bone_age_months"].to_numpy(), is_male, out / "ages.png")
    readable = table[[isinstance(fact, PictureFacts) for fact in facts]]
    if not readable.empty:
        _write_contact_sheet(readable, out / "contact_sheet.png")


def _write_contact_sheet(table: pd.DataFrame, path: Path) -> None:
    """Four films of each class, evenly spaced in the table: from the youngest to the oldest."""
    classes = class_from_months(table["bone_age_months"].to_numpy())
    chosen = []
    for k in np.unique(classes):
        rows = np.flatnonzero(classes == k)
        chosen += list(np.unique(rows[np.linspace(0, len(rows) - 1, 4).astype(int)]))
    films = table.iloc[chosen]
    captions = [f"{row.id}: {row.bone_age_months / 12:.1f} years" for row in films.itertuples()]
    write_contact_sheet([decode(path) for path in films["path"]], captions, SHEET_COLUMNS, path)


def _print(
    inspection: Inspection,
    facts: Sequence[PictureFacts | str],
    findings: list[Finding],
    out: Path,
) -> None:
    read = [fact for fact in facts if isinstance(fact, PictureFacts)]
    months = inspection.table["bone_age_months"]
    headline = (
        f"{inspection.source}: {len(inspection.table)} rows with a picture, ages {months.min():g}.."
        f"{months.max():g} months, labels {label_hash(inspection.table)[:12]}"
    )
    console.print(headline, soft_wrap=True)
    if read:
        longest = sorted(max(fact.shape) for fact in read)
        deep = sum(fact.bits == 16 for fact in read)
        console.print(
            f"{len(read)} pictures read: longest side {longest[0]}..{longest[-1]} px "
            f"(half of them up to {longest[len(longest) // 2]}), {deep} of 16 bit"
        )
    _print_findings(findings)
    console.print(f"findings.csv, ages.png and contact_sheet.png are in {out}", soft_wrap=True)


def _print_findings(findings: list[Finding]) -> None:
    counts = Counter(finding.kind for finding in findings)
    if not counts:
        console.print("nothing to report")
        return
    table = Table(title="Findings", title_justify="left")
    table.add_column("what")
    table.add_column("number", justify="right")
    table.add_column("to do")
    kinds: tuple[Kind, ...] = get_args(Kind)
    for kind in filter(counts.__contains__, kinds):
        table.add_row(kind, str(counts[kind]), "mend" if kind in ERRORS else "look")
    console.print(table)
    for kind in filter(counts.__contains__, kinds):
        of_kind = [finding for finding in findings if finding.kind == kind]
        for finding in of_kind[:NUM_SHOWN]:
            where = f"line {finding.line}: " if finding.line else ""
            console.print(f"{kind}: {where}{finding.text}", soft_wrap=True, markup=False)
        if len(of_kind) > NUM_SHOWN:
            console.print(f"{kind}: and {len(of_kind) - NUM_SHOWN} more")
