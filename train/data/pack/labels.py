"""The labels beside the pictures of a pack, in the layout of the RSNA training set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from train.data.label_rows import typed_rows
from train.errors import UserError

LABEL_FILE = "boneage-training-dataset.csv"
_HEADINGS = {"id": "id", "bone_age_months": "boneage", "is_male": "male"}


def write_pack_labels(table: pd.DataFrame, folder: Path) -> None:
    """Write the rows of `LabelledRadiographs.table`; ages in months, no sexes where it has none."""
    columns = [column for column in _HEADINGS if column in table]
    labels = table[columns].rename(columns=_HEADINGS)
    labels.to_csv(folder / LABEL_FILE, index=False)


def read_pack_labels(folder: Path) -> pd.DataFrame:
    """The rows that `write_pack_labels` was given; that the file is whole is known of the pack.

    Raises:
        UserError: the pack was made without labels.
    """
    path = folder / LABEL_FILE
    if not path.is_file():
        raise UserError(f"{folder}: a pack without {LABEL_FILE}; make one with `prepare`")
    labels = pd.read_csv(path, dtype={"id": str, "boneage": str}, keep_default_na=False)
    labels["boneage"] = labels["boneage"].astype(np.float64)  # exactly what was written
    return typed_rows(labels.rename(columns={name: column for column, name in _HEADINGS.items()}))
