from __future__ import annotations

from pathlib import Path

import pytest

from train.data.phantom import write_phantom_dataset


@pytest.fixture(scope="session")
def hands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty drawn hands."""
    return write_phantom_dataset(tmp_path_factory.mktemp("hands") / "data", 40, seed=0, size=64)


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and nothing of the folders."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
