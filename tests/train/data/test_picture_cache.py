from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from train.data import picture_cache
from train.data.dataset import RadiographDataset
from train.data.labels import LabelledRadiographs, read_data_set
from train.data.pack import is_pack
from train.data.picture_cache import PictureCache
from train.data.preprocessing import Preprocessor

PREPROCESSOR = Preprocessor(size=32)


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if is_pack(path)]


@pytest.fixture
def labelled(data_set: Path) -> LabelledRadiographs:
    return read_data_set(data_set)


def test_what_is_found_is_what_would_be_decoded(labelled, cache_folder: Path, monkeypatch) -> None:
    cache = PictureCache(cache_folder)
    assert cache.find(labelled, PREPROCESSOR) is None
    counted: list[int] = []
    made = cache.make(labelled, PREPROCESSOR, on_picture=counted.append)
    assert sum(counted) == 60
    expected = RadiographDataset(labelled.table, PREPROCESSOR)
    canvases = [expected.canvas(row) for row in range(60)]
    monkeypatch.setattr("train.data.dataset.decode", None)  # nothing is decoded again
    for pack in (made, cache.find(labelled, PREPROCESSOR), cache.make(labelled, PREPROCESSOR)):
        cached = RadiographDataset(labelled.table, PREPROCESSOR, pack=pack)
        for row in range(60):
            np.testing.assert_array_equal(cached.canvas(row), canvases[row], strict=True)
    assert len(entries(cache_folder)) == 1


def test_a_changed_picture_or_setting_is_another_entry(labelled, cache_folder: Path) -> None:
    cache = PictureCache(cache_folder)
    cache.make(labelled, PREPROCESSOR)
    assert cache.find(labelled, Preprocessor(size=48)) is None
    assert cache.find(labelled, Preprocessor(size=32, texture="grey")) is not None
    os.utime(labelled.table["path"][5], ns=(0, 0))
    assert cache.find(labelled, PREPROCESSOR) is None


def test_a_damaged_entry_is_made_anew(labelled, cache_folder: Path) -> None:
    cache = PictureCache(cache_folder)
    part = cache.make(labelled, PREPROCESSOR).folder / "part_000.bin"
    content = part.read_bytes()
    part.write_bytes(content[:-1])
    assert cache.find(labelled, PREPROCESSOR) is None
    cache.make(labelled, PREPROCESSOR)
    assert part.read_bytes() == content


def test_the_longest_unused_makes_room(labelled, cache_folder: Path, monkeypatch) -> None:
    cache = PictureCache(cache_folder)
    first, second, third = (Preprocessor(size=size) for size in (32, 40, 48))
    kept = cache.make(labelled, first)
    cache.make(labelled, second)
    monkeypatch.setattr(picture_cache, "MAX_BYTES", 60 * (32**2 + 48**2) + 20000)
    cache.make(labelled, third)
    assert cache.find(labelled, first) is not None, "it is in use"
    assert cache.find(labelled, second) is None
    del kept
    cache.make(labelled, second)
    assert cache.find(labelled, third) is None, "the first was used after it"


def make_slowly(folder: Path, cache_folder: Path) -> None:
    PictureCache(cache_folder).make(
        read_data_set(folder), PREPROCESSOR, on_picture=lambda _number: time.sleep(0.01)
    )


def test_processes_at_once_and_one_killed(data_set: Path, cache_folder: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=make_slowly, args=(data_set, cache_folder)) for _ in range(2)]
    for writer in writers:
        writer.start()
    while not list(cache_folder.glob(".*.tmp/part_000.bin")):
        assert any(writer.is_alive() for writer in writers)
        time.sleep(0.01)
    (unfinished,) = cache_folder.glob(".*.tmp")
    os.kill(int(unfinished.name.split(".")[2]), signal.SIGKILL)
    assert entries(cache_folder) == []
    for writer in writers:
        writer.join()
    assert sorted(writer.exitcode for writer in writers) == [-signal.SIGKILL, 0]
    assert len(entries(cache_folder)) == 1
    assert list(cache_folder.glob(".*.tmp")) == []
    assert PictureCache(cache_folder).find(read_data_set(data_set), PREPROCESSOR) is not None
