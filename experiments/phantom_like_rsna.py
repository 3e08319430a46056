"""Draw phantom hands whose ages are spread like those of the RSNA training set.

    python experiments/phantom_like_rsna.py FOLDER

The first 600 ids keep the phantom's even spread over the ages, so that as test rows they judge the
rare ages as well as the frequent ones; the others are thinned to the shares of the 19 classes among
the 11,235 RSNA training rows.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from train.age_classes import class_from_months
from train.data.phantom import write_phantom_dataset

RSNA_ROWS = (
    *(13, 103, 164, 169, 456, 471, 699, 836, 814, 1018),
    *(1186, 1113, 1678, 1522, 422, 264, 209, 79, 19),
)
NUM_DRAWN, NUM_EVEN, SIZE = 6000, 600, 112


def main(folder: Path) -> None:
    """Draw the hands and thin the label file."""
    write_phantom_dataset(folder, NUM_DRAWN, seed=1, size=SIZE)
    labels = folder / "boneage-training-dataset.csv"
    table = pd.read_csv(labels).sort_values("id")
    even, pool = table[:NUM_EVEN], table[NUM_EVEN:]
    classes = class_from_months(pool["boneage"].to_numpy())
    share = np.array(RSNA_ROWS) / max(RSNA_ROWS)
    wanted = np.rint(share * np.bincount(classes).min()).astype(int)
    kept = pool[pool.groupby(classes).cumcount().to_numpy() < wanted[classes]]
    pd.concat([even, kept]).to_csv(labels, index=False)
    print(f"{len(even)} rows spread evenly, {len(kept)} like RSNA: {wanted.tolist()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
