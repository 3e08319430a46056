"""Data for the tests of the trainer: made here, and real where it is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from train.model.mobilenet_v3 import BlockRow

REPOSITORY = Path(__file__).parents[2]
REAL_DATA = Path(os.environ.get("RIL_DATA", REPOSITORY.parent / "shared" / "data"))


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keeps the user's own cache of pictures out of the tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "ril" / "pictures"


@pytest.fixture(scope="session")
def rsna_train() -> Path:
    """The RSNA training set; set RIL_DATA to the folder that holds `rsna_train`."""
    folder = REAL_DATA / "rsna_train"
    if not folder.is_dir():
        pytest.skip(f"needs the real radiographs in {folder}")
    return folder


@pytest.fixture(scope="session")
def real_radiographs() -> Path:
    """Radiographs at half of their original resolution."""
    folder = REAL_DATA / "rsna_halfres"
    if not folder.is_dir():
        pytest.skip(f"needs the real radiographs in {folder}")
    return folder


@pytest.fixture
def tiny_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """MobileNetV3-Large with one block: for tests of what is around the network."""
    row = BlockRow(16, 3, 16, 160, True, True, 2)
    monkeypatch.setattr("train.model.mobilenet_v3.BLOCKS", (row,))


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    """Sixty blurred noise pictures in the official layout, ids 1..60, ages 3, 6, .., 180."""
    folder = tmp_path / "data"
    (folder / "images").mkdir(parents=True)
    rng = np.random.default_rng(7)
    lines = ["id,boneage,male"]
    for number in range(1, 61):
        picture = cv2.GaussianBlur(rng.integers(0, 256, (40, 30), dtype=np.uint8), (0, 0), 2)
        cv2.imwrite(str(folder / "images" / f"{number}.png"), picture)
        lines.append(f"{number},{3 * number},{number % 2 == 0}")
    (folder / "boneage-training-dataset.csv").write_text("\n".join(lines) + "\n")
    return folder
