"""Find the rows of a data set whose pictures cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pandas as pd

from train.data.decode import decode
from train.data.picture_file import PictureFile
from train.errors import UserError

PICTURES_AT_A_TIME = 1024


def unreadable_pictures(
    table: pd.DataFrame,
    *,
    num_threads: int = 1,
    on_picture: Callable[[int], None] = lambda _number: None,
) -> dict[int | str, str]:
    """Decode every picture of a label table; id -> why it cannot be read, in the table's order."""
    faults: dict[int | str, str] = {}
    with ThreadPoolExecutor(num_threads) as threads:
        for start in range(0, len(table), PICTURES_AT_A_TIME):
            some = table.iloc[start : start + PICTURES_AT_A_TIME]
            for number, fault in zip(some["id"], threads.map(_fault, some["path"]), strict=True):
                if fault:
                    faults[number] = fault
                on_picture(1)
    return faults


def _fault(path: PictureFile) -> str:
    try:
        decode(path)
    except UserError as error:
        return str(error)
    return ""
