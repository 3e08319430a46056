"""Every test of the operator runs on all of its implementations."""

import os
from pathlib import Path
from types import ModuleType

import hypothesis
import pytest

import ril.lbp
import ril.reference

hypothesis.settings.register_profile(
    "ril", derandomize=True, deadline=None, database=None, max_examples=60
)
hypothesis.settings.register_profile("fuzz", deadline=None, max_examples=5000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ril"))


@pytest.fixture(params=[ril.lbp, ril.reference], ids=lambda module: module.__name__)
def implementation(request: pytest.FixtureRequest) -> ModuleType:
    module: ModuleType = request.param
    return module


@pytest.fixture(scope="session")
def real_radiographs() -> Path:
    """Radiographs at half of their original resolution, in the folder that RIL_DATA names."""
    data = Path(os.environ.get("RIL_DATA", Path(__file__).parents[3] / "shared" / "data"))
    folder = data / "rsna_halfres"
    if not folder.is_dir():
        pytest.skip(f"needs the real radiographs in {folder}")
    return folder
