"""Workers of a Dask cluster make what one process makes, though one of them is killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.train.data.prepare.conftest import content
from train.errors import UserError
from train.verbs.prepare import main

distributed = pytest.importorskip("distributed", reason="needs the extra dask")

OPTIONS = ("--size", "128", "--texture", "mixed", "--radiographs-per-part", "2")


@pytest.fixture(scope="module")
def cluster() -> Iterator[distributed.LocalCluster]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


def prepare(data: Path, out: Path, *options: str) -> int:
    return main(["--data", str(data), "--out", str(out), *OPTIONS, *options])


def records(out: Path) -> list[Path]:
    return list(out.glob("pack_unfinished/0*.json"))


class Killer(threading.Thread):
    """Kills a process when the first parts of a pack are made."""

    def __init__(self, process: int, out: Path) -> None:
        super().__init__(daemon=True)
        self.process = process
        self.out = out
        self.num_made = -1

    def run(self) -> None:
        while len(records(self.out)) < 3:
            time.sleep(0.001)
        os.kill(self.process, signal.SIGKILL)
        self.num_made = len(records(self.out))


def test_a_worker_killed_midway_changes_nothing(
    hands: Path, tmp_path: Path, cluster: distributed.LocalCluster
) -> None:
    workers = [worker.pid for worker in cluster.workers.values()]
    killer = Killer(workers[0], tmp_path / "cluster")
    killer.start()
    assert prepare(hands, tmp_path / "cluster", "--dask", cluster.scheduler_address) == 0
    killer.join()
    assert 3 <= killer.num_made < 20
    assert prepare(hands, tmp_path / "plain") == 0
    assert content(tmp_path / "cluster") == content(tmp_path / "plain")


def test_an_unreadable_picture_stops_the_cluster_too(
    data_set: Path, tmp_path: Path, cluster: distributed.LocalCluster
) -> None:
    (data_set / "images" / "50.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"50\.png: the file is empty"):
        prepare(data_set, tmp_path / "out", "--dask", cluster.scheduler_address)


def test_no_scheduler_is_an_error_before_any_work(
    hands: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.data.prepare.engines.CONNECT_SECONDS", 0.2)
    for address in ("tcp://127.0.0.1:9", "nowhere"):
        with pytest.raises(UserError, match=f"--dask {address}: no Dask scheduler answers"):
            prepare(hands, tmp_path / "out", "--dask", address)
    assert not (tmp_path / "out").exists()
