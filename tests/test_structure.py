"""Which part may know which: the walls of ARCHITECTURE.md."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
ROOMS = ("train.data", "train.model", "train.metrics", "train.losses")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_below(place: str) -> Iterator[tuple[Path, str]]:
    path = REPOSITORY / place
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    assert files
    for file in files:
        for name in imports(file):
            yield file, name


def belongs_to(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def test_the_operator_needs_numpy_alone_and_other_packages_in_one_file_each() -> None:
    allowed = sys.stdlib_module_names | {"numpy", "ril"}
    for file, name in imports_below("python/ril"):
        package = name.split(".")[0]
        own = file.stem if file.stem in ("torch", "sklearn") else None
        assert package in allowed or package == own, (file, name)
        assert not belongs_to(name, "ril.torch"), (file, name)
        assert not belongs_to(name, "ril.sklearn"), (file, name)


@pytest.mark.parametrize("place", ["python/ril", "train"])
def test_what_is_measured_does_not_know_the_benchmarks(place: str) -> None:
    for file, name in imports_below(place):
        assert not belongs_to(name, "benchmarks"), (file, name)


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_do_not_import_each_other(room: str) -> None:
    place = room.replace(".", "/")
    place = place if (REPOSITORY / place).is_dir() else f"{place}.py"
    for file, name in imports_below(place):
        for other in ROOMS:
            assert other == room or not belongs_to(name, other), (file, name)


def test_heads_know_no_room() -> None:
    for file, name in imports_below("train/heads"):
        assert not any(belongs_to(name, room) for room in ROOMS), (file, name)


def test_a_report_loads_no_network() -> None:
    for file, name in imports_below("train/report"):
        for forbidden in ("torch", "train.model", "train.engine", "train.data"):
            assert not belongs_to(name, forbidden), (file, name)


def test_cpp_knows_python_in_its_bindings_alone_and_they_know_its_headers_alone() -> None:
    sources = [*(REPOSITORY / "cpp").rglob("*.hpp"), *(REPOSITORY / "cpp").rglob("*.cpp")]
    assert sources
    for file in sources:
        included = re.findall(r'#include [<"]([^>"]+)', file.read_text())
        if file.parent.name == "bindings":
            own = [name for name in included if name.endswith(".hpp")]
            beside = {path.name for path in file.parent.iterdir()}
            assert all(name.startswith("ril/") or name in beside for name in own), (file, own)
        else:
            assert not any("pybind11" in name or "Python.h" in name for name in included), file


def test_cuda_is_known_where_it_is_used_alone() -> None:
    cpp = REPOSITORY / "cpp"
    sources = [*cpp.rglob("*.hpp"), *cpp.rglob("*.cpp"), *cpp.rglob("*.cu")]
    users = {cpp / "include" / "ril" / "lbp_cuda.hpp", cpp / "bindings" / "cuda.cpp"}
    users |= {cpp / "tests" / "tile_test.cpp", cpp / "tests" / "device_test.cu"}
    users |= set((cpp / "cuda").iterdir())
    for file in sources:
        assert file in users or "cuda" not in file.read_text().lower(), file
        # The rest of cpp/cuda is compiled without it, so that tests run on any machine.
        assert file.suffix == ".cu" or "cuda_runtime" not in file.read_text(), file
    for file, name in imports_below("python/ril"):
        assert not belongs_to(name, "ril._cuda") or file.name == "torch.py", (file, name)


def test_threads_live_in_one_file() -> None:
    for file in (REPOSITORY / "cpp" / "src").iterdir():
        if "#pragma omp" in file.read_text() or "<thread>" in file.read_text():
            assert file.name == "parallel.cpp", file
