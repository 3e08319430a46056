"""Fit `train/data/film/hand_template.npz` on the RSNA training rows; judge it on the test rows.

    python experiments/hand_template/fit.py DATA

The films of the training set that turn out to be turned or mirrored are left out of a second fit.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from train.data.decode import decode
from train.data.film.gradients import NUM_FEATURES, direction_histograms
from train.data.film.judgement import judge
from train.data.film.poses import POSES, UPRIGHT, posed
from train.data.film.template import TEMPLATE_FILE, HandTemplate, load_template, pose_distances
from train.data.labels import read_data_set
from train.data.splits import PAPER_NUM_TEST
from train.files import write_atomically
from train.terminal import progress_bar


def fit(paths: list[Path]) -> HandTemplate:
    """Twice: the second time without the films that the first finds in another pose."""
    features = np.empty((len(paths), NUM_FEATURES))
    with progress_bar("reading films", len(paths)) as advance:
        for row, path in enumerate(paths):
            features[row] = direction_histograms(decode(path)).ravel()
            advance(1)
    template = HandTemplate.fit(features)
    upright = [
        pose_distances(decode(path), template).argmin() == POSES.index(UPRIGHT) for path in paths
    ]
    print(f"{sum(upright)} of {len(paths)} films are upright left hands")
    return HandTemplate.fit(features[np.array(upright)])


def report(paths: list[Path]) -> None:
    """What the rules say of each test film in each of the sixteen poses."""
    judgements = {pose: [] for pose in POSES}
    with progress_bar("judging films", len(paths)) as advance:
        for path in paths:
            picture = decode(path)
            for pose in POSES:
                judgements[pose].append(judge(posed(picture, pose)))
            advance(1)
    columns = ("refused", "doubtful", "polarity", "turn", "mirror")
    print(f"{'pose (%)':60s}" + "".join(f"{column:>9s}" for column in columns))
    for pose, found in judgements.items():
        kept = [one for one in found if one.verdict != "no hand"]
        shares = (
            np.mean([one.verdict == "no hand" for one in found]),
            np.mean([one.verdict == "doubtful" for one in found]),
            np.mean([one.pose.is_inverted == pose.is_inverted for one in kept]),
            np.mean([one.pose.quarter_turns == pose.quarter_turns for one in kept]),
            np.mean([one.pose.is_mirrored == pose.is_mirrored for one in kept]),
        )
        figures = "".join(f"{100 * share:9.2f}" for share in shares)
        print(f"{pose.describe() or 'as it is':60s}{figures}")


def main(folder: Path) -> None:
    """Fit, write, report."""
    paths = [Path(path) for path in read_data_set(folder).table["path"]]
    template = fit(paths[PAPER_NUM_TEST:])
    write_atomically(TEMPLATE_FILE, template.save)
    load_template.cache_clear()
    report(paths[:PAPER_NUM_TEST])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
