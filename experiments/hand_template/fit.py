"""Fit `train/data/film/hand_template.npz` on the RSNA training rows; judge it on the test rows.

    python experiments/hand_template/fit.py DATA

All ages weigh the same, so that the few infants count. The films of the training set that turn out
to be turned or mirrored are left out of a second fit.
Judge other pictures with `other_pictures.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from train.data.class_balance import class_weights
from train.data.decode import decode
from train.data.film.gradients import (
    NUM_CELLS,
    NUM_DIRECTIONS,
    as_if_righted,
    direction_histograms,
)
from train.data.film.judgement import Judgement, judge
from train.data.film.poses import POSES, UPRIGHT, Pose, posed
from train.data.film.template import TEMPLATE_FILE, HandTemplate, load_template
from train.data.labels import read_data_set
from train.data.splits import PAPER_NUM_TEST
from train.files import write_atomically
from train.terminal import progress_bar

VERDICTS = ("no hand", "doubtful")


def fit(table: pd.DataFrame) -> HandTemplate:
    """Twice: the second time without the films that the first finds in another pose."""
    histograms = np.empty((len(table), NUM_CELLS, NUM_CELLS, NUM_DIRECTIONS))
    with progress_bar("reading films", len(table)) as advance:
        for row, path in enumerate(table["path"]):
            histograms[row] = direction_histograms(decode(path))
            advance(1)
    features = histograms.reshape(len(table), -1)
    weights = class_weights(table["bone_age_months"].to_numpy(), balance=1)
    first = HandTemplate.fit(features, weights)
    upright = np.array([_is_upright(film, first) for film in histograms])
    print(f"{upright.sum()} of {len(table)} films are upright left hands")
    return HandTemplate.fit(features[upright], weights[upright])


def _is_upright(histograms: np.ndarray, template: HandTemplate) -> bool:
    righted = [as_if_righted(histograms, pose).ravel() for pose in POSES]
    return template.distances(np.stack(righted)).argmin() == POSES.index(UPRIGHT)


def report(table: pd.DataFrame) -> None:
    """What the rules say of the test films: by age, in each pose, and of parts of them."""
    with progress_bar("reading films", len(table)) as advance:
        pictures = [(decode(path), advance(1))[0] for path in table["path"]]
    months = table["bone_age_months"].to_numpy()
    print(f"{'(%)':60s}{'films':>9s}{'no hand':>9s}{'doubtful':>9s}")
    as_it_is = [judge(picture) for picture in pictures]
    for low, high in ((0, 24), (24, 60), (60, 120), (120, 228)):
        members = np.flatnonzero((months > low) & (months <= high))
        _print_verdicts(f"above {low} up to {high} months", [as_it_is[row] for row in members])
    for name, part in PARTS.items():
        _print_verdicts(name, [judge(part(picture)) for picture in pictures])
    columns = ("no hand", "polarity", "turn", "mirror")
    print(f"{'right, of those not refused (%)':60s}" + "".join(f"{name:>9s}" for name in columns))
    for pose in POSES:
        _print_pose(pose, [judge(posed(picture, pose)) for picture in pictures])


PARTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "upper left quarter (fingers alone)": lambda film: film[: len(film) // 2, : film.shape[1] // 2],
    "lower two fifths (wrist alone)": lambda film: film[len(film) * 3 // 5 :],
}


def _print_verdicts(name: str, found: list[Judgement]) -> None:
    shares = [np.mean([one.verdict == verdict for one in found]) for verdict in VERDICTS]
    print(f"{name:60s}{len(found):9d}" + "".join(f"{100 * share:9.2f}" for share in shares))


def _print_pose(pose: Pose, found: list[Judgement]) -> None:
    kept = [one.pose for one in found if one.verdict != "no hand"]
    shares = (
        1 - len(kept) / len(found),
        np.mean([one.is_inverted == pose.is_inverted for one in kept]),
        np.mean([one.quarter_turns == pose.quarter_turns for one in kept]),
        np.mean([one.is_mirrored == pose.is_mirrored for one in kept]),
    )
    print(f"{pose.describe() or 'as it is':60s}" + "".join(f"{100 * x:9.2f}" for x in shares))


def main(folder: Path) -> None:
    """Fit, write, report."""
    table = read_data_set(folder).table
    template = fit(table[PAPER_NUM_TEST:])
    write_atomically(TEMPLATE_FILE, template.save)
    load_template.cache_clear()
    report(table[:PAPER_NUM_TEST])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
