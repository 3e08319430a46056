"""`python -m train predict`: name the age of radiographs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import torch
import tyro
from rich.table import Table

from train.age_classes import MONTHS_PER_CLASS
from train.age_predictions import AgePredictions
from train.data.dataset import FEMALE, MALE, UNKNOWN_SEX, Batch
from train.data.decode import Film, read_film
from train.data.film import Pose, judge, righted
from train.data.formats.signatures import FORMATS, is_picture_file
from train.data.picture_file import PictureFile
from train.data.preprocessing import Preprocessor
from train.data.shards import find_tars, picture_members
from train.data.texture import CHANNEL_NAMES
from train.engine.checkpoints import best_checkpoint
from train.engine.explanation import explain
from train.engine.inference import predict, resolve_device
from train.errors import UserError
from train.files import write_atomically
from train.heads import Head
from train.model.make_network import Network
from train.optional import OptionalPath
from train.report.explanation import plot_explanation
from train.run_folder import RunFolder
from train.terminal import console, progress_bar

HEADINGS = {
    "file": "file",
    "sex": "sex",
    "bone_age_years": "years",
    "bone_age_months": "months",
    "bone_age_months_if_female": "if female",
    "bone_age_months_if_male": "if male",
    "class": "class",
    "class_probability": "probability",
}
OLDEST_YEARS = 20
"""Bone ages end at 19; whoever is older has no bone age any more."""
SEXES = {"female": FEMALE, "male": MALE, "unknown": UNKNOWN_SEX}


@dataclass(frozen=True, kw_only=True)
class PredictOptions:
    """Name the bone age of radiographs with the best epoch of a run.

    Example: python -m train predict runs/short film.png more_films/ --sex female --out ages.csv
    """

    run: tyro.conf.Positional[Path]
    """Folder of the run."""
    pictures: tyro.conf.Positional[list[Path]]
    """PNG, JPEG, WebP, TIFF, BMP or DICOM files, or folders or tar files of them. Films that are
    inverted, turned or of right hands are righted, and what is no hand is refused."""
    sex: Literal["auto", "female", "male", "unknown"] = "auto"
    """Of all the pictures; the reference ages differ. `unknown` shows both readings too; `auto`
    takes what a DICOM file says of its patient, and is `unknown` of other files."""
    as_is: bool = False
    """Take the pictures as they are: left hands, fingers up, bones bright."""
    skip_bad: bool = False
    """Exit status 0 although some pictures got no age; they are listed all the same."""
    out: OptionalPath = None
    """CSV file for the table."""
    explain: OptionalPath = None
    """Folder for a picture of each radiograph: where the network looked, the texture that it saw,
    the classes, and what the age comes from (Grad-CAM)."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """`auto` takes the GPU where there is one."""


def main(arguments: list[str]) -> int:
    """Parse the command line and predict. Returns 1 where a picture could not be read."""
    options = tyro.cli(PredictOptions, args=arguments, prog="python -m train predict")
    checkpoint = best_checkpoint(RunFolder(options.run).checkpoints)
    device = resolve_device(options.device)
    paths, damaged = _picture_files(options.pictures)
    explanations = _explanation_files(options.explain, paths)
    reader = _Reader(
        checkpoint.config.preprocessor,
        checkpoint.network(device),
        checkpoint.head(device),
        device,
        options.sex,
        checkpoint.config.network.uses_sex,
        options.as_is,
    )
    rows = [{"file": str(tar), "error": f"{tar}: {why}", "note": ""} for tar, why in damaged]
    with progress_bar("predicting", len(paths)) as advance:
        for path, explanation in zip(paths, explanations, strict=True):
            rows.append(_predict(path, reader, explanation))
            advance(1)
    table = pd.DataFrame(rows)
    if "class" in table:  # whole numbers, although pictures without an age have none
        table["class"] = table["class"].astype("Int64")
    _print(table)
    if options.out is not None:
        write_atomically(options.out, lambda temporary: table.to_csv(temporary, index=False))
    errors = table["error"][table["error"] != ""]
    for note in table["note"][table["note"] != ""]:
        print(f"note: {note}", file=sys.stderr)
    for error in errors:
        print(f"error: {error}", file=sys.stderr)
    return 1 if len(errors) and not options.skip_bad else 0


def _picture_files(places: list[Path]) -> tuple[list[PictureFile], list[tuple[Path, str]]]:
    """The pictures in files, folders and tar files; and the tar files that are damaged, and how."""
    pictures: list[PictureFile] = []
    damaged = []
    for place in places:
        inside: list[PictureFile] = []
        faults = []
        tars = find_tars(place)
        for tar in tars:
            members, why = picture_members(tar)
            inside += members
            faults += [(tar, why)] if why else []
        if place.is_dir():
            inside += filter(is_picture_file, sorted(place.iterdir()))
        elif not tars:
            inside = [place]
        if not inside and not faults:
            raise UserError(f"{place}: holds no {FORMATS} file")
        pictures += inside
        damaged += faults
    return pictures, damaged


def _explanation_files(folder: Path | None, paths: list[PictureFile]) -> list[Path | None]:
    """The file for the explanation of each picture.

    Raises:
        UserError: it would replace a radiograph, or another explanation.
    """
    if folder is None:
        return [None] * len(paths)
    if folder.resolve() in {Path(str(path)).resolve().parent for path in paths}:
        raise UserError(f"{folder}: holds radiographs; choose another folder for --explain")
    owners: dict[str, PictureFile] = {}
    for path in paths:
        if owners.setdefault(path.stem, path) != path:
            raise UserError(
                f"{path}: its explanation would have the name of that of {owners[path.stem]}; "
                "explain them one after the other, in two folders"
            )
    folder.mkdir(parents=True, exist_ok=True)
    return [folder / f"{path.stem}.png" for path in paths]


@dataclass(frozen=True)
class _Reader:
    """A network and all that it needs to read radiographs."""

    preprocessor: Preprocessor
    network: Network
    head: Head
    device: torch.device
    sex: str
    """Of the radiographs: `female`, `male`, `unknown`, or `auto`, which asks their files."""
    uses_sex: bool
    """Whether the network does."""
    as_is: bool
    """Read films as they are, without righting them."""

    def sexes(self, sex: str) -> dict[str, int]:
        """Column suffix and sex input of each reading of a radiograph of this sex."""
        readings = {"": SEXES[sex]}
        if sex == "unknown" and self.uses_sex:
            readings |= {"_if_female": FEMALE, "_if_male": MALE}
        return readings


def _predict(
    path: PictureFile, reader: _Reader, explanation_file: Path | None
) -> dict[str, object]:
    try:
        film = read_film(path)
        radiograph, notes = (film.picture, []) if reader.as_is else _righted(film, path)
    except UserError as error:
        return {"file": str(path), "error": str(error), "note": ""}
    sex = _sex_by_tag(film) if reader.sex == "auto" else reader.sex
    if reader.sex == "auto" and sex != "unknown" and reader.uses_sex:
        notes.append(f"sex {sex}, as the file says")
    sexes = reader.sexes(sex)
    channels = torch.from_numpy(reader.preprocessor(radiograph))
    batch = Batch(
        channels.expand(len(sexes), -1, -1, -1),
        torch.tensor(list(sexes.values())),
        torch.zeros(len(sexes)),
    )
    ages = predict(reader.network, reader.head, [batch], reader.device).ages
    if explanation_file is not None:
        title = f"{path.name}, sex {sex}"
        _explain(title, radiograph, batch, ages, reader, explanation_file)
    row = {
        "file": str(path),
        "error": "",
        "note": f"{path}: {'; '.join(notes)}" if notes else "",
        "sex": sex,
        "bone_age_years": round(ages.months[0] / MONTHS_PER_CLASS, 2),
        **{
            f"bone_age_months{suffix}": round(value, 1)
            for suffix, value in zip(sexes, ages.months, strict=True)
        },
        "class": int(ages.classes[0]),
    }
    if ages.probabilities is not None:
        row["class_probability"] = round(float(ages.probabilities[0].max()), 3)
    return row


def _sex_by_tag(film: Film) -> str:
    return {True: "male", False: "female", None: "unknown"}[film.tags.is_male]


def _righted(film: Film, path: PictureFile) -> tuple[np.ndarray, list[str]]:
    """The upright film of a left hand, bones bright, and what a person should know of it."""
    is_right_hand = film.tags.is_right_hand
    judgement = judge(film.picture, is_right_hand)
    if judgement.verdict == "no hand":
        raise UserError(
            f"{path}: does not look like a radiograph of one hand; if it is, say --as-is"
        )
    notes = []
    looks = judgement.pose if is_right_hand is None else judgement.pose._replace(is_mirrored=False)
    if looks != Pose():
        notes.append(f"looks {looks.describe()}; righted before it was read")
    if is_right_hand:
        notes.append("a right hand, as the file says; mirrored before it was read")
    if judgement.verdict == "doubtful":
        notes.append("may not be a radiograph of one hand; look at it")
    age = film.tags.age_years
    if age is not None and age > OLDEST_YEARS:
        notes.append(f"its patient is {age:.0f} years old, as the file says; bone ages end at 19")
    return righted(film.picture, judgement.pose), notes


def _explain(
    title: str,
    radiograph: np.ndarray,
    batch: Batch,
    ages: AgePredictions,
    reader: _Reader,
    file: Path,
) -> None:
    """Draw what the first reading came from."""
    explanation = explain(reader.network, reader.head, batch, reader.device)
    channel_names = CHANNEL_NAMES[reader.preprocessor.texture]
    plot_explanation(
        file,
        title=title,
        radiograph=radiograph,
        channels=dict(zip(channel_names, batch.channels[0].numpy(), strict=False)),
        months=float(ages.months[0]),
        probabilities=None if ages.probabilities is None else ages.probabilities[0],
        heat=explanation.heat[0],
        theta=None if explanation.theta is None else explanation.theta[0],
    )


def _print(table: pd.DataFrame) -> None:
    shown = table[[column for column in HEADINGS if column in table.columns]]
    printed = Table(
        title="Bone age", title_justify="left", caption="Research software, not a medical device."
    )
    for column in shown.columns:
        is_file = column == "file"
        printed.add_column(
            HEADINGS[column],
            justify="left" if is_file else "right",
            overflow="fold" if is_file else "ellipsis",
        )
    for row in shown.itertuples(index=False):
        printed.add_row(*("-" if pd.isna(value) else str(value) for value in row))
    console.print(printed)
