"""Every test of the operator runs on all of its implementations."""

import os
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
