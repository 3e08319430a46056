"""What the rules say of pictures that are no hands.

    python experiments/hand_template/other_pictures.py FOLDER ...

Judges every picture below the folders, DICOM files by their tags first, as `predict` does.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from train.data.decode import decode
from train.data.film import judge
from train.data.pictures import index_pictures
from train.errors import UserError


def verdict(path: Path) -> str:
    """Of the decoder, or of the rules."""
    try:
        return judge(decode(path)).verdict
    except UserError as error:
        return (
            "no radiograph by its tags"
            if "expected a plain radiograph" in str(error)
            else "unreadable"
        )


if __name__ == "__main__":
    for folder in sys.argv[1:]:
        paths = [path for same in index_pictures(Path(folder)).values() for path in same]
        print(Path(folder).name, dict(Counter(map(verdict, paths))))
