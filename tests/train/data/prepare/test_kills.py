"""Killed at any moment, the same command ends with the bytes of an unbroken run."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.train.conftest import REPOSITORY
from tests.train.data.prepare.conftest import content

NUM_KILLS = 10
NUM_PARTS = 10
STORAGES = ("tar", "pictures", "lossless")

# Forks a process for each command, so that imports take no time of the test.
FORKING = """
import json, os, sys
from train.verbs.prepare import main
for line in sys.stdin:
    number = os.fork()
    if number == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os._exit(main(json.loads(line)))
    print(number, flush=True)
    sys.stdin.readline()
    print(os.waitpid(number, 0)[1], flush=True)
"""


class Runner:
    """Runs `prepare` in processes that may be killed."""

    def __init__(self) -> None:
        self.server = subprocess.Popen(
            [sys.executable, "-c", FORKING],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, data: Path, storage: str, out: Path) -> int:
        """The number of the process."""
        options = ("--size", 64, "--texture", "mixed", "--storage", storage)
        parts = ("--radiographs-per-part", 40 // NUM_PARTS, "--num-threads", 2)
        command = ("--data", data, "--out", out, *options, *parts)
        self.server.stdin.write(json.dumps([str(part) for part in command]) + "\n")
        self.server.stdin.flush()
        return int(self.server.stdout.readline())

    def status(self) -> int:
        """Of the process, when it has ended; until then it keeps its number, dead or not."""
        self.server.stdin.write("wait\n")
        self.server.stdin.flush()
        return int(self.server.stdout.readline())


@pytest.fixture
def runner() -> Iterator[Runner]:
    runner = Runner()
    with runner.server:
        yield runner
        runner.server.stdin.close()


def records(out: Path) -> list[Path]:
    return sorted(out.glob("pack_unfinished/0*.json"))


def made(out: Path) -> dict[str, int]:
    """Files of finished parts and when they were written."""
    names = [name for record in records(out) for name in json.loads(record.read_text())["files"]]
    return {name: (out / name).stat().st_mtime_ns for name in names}


def test_ten_kills_at_random_moments(hands: Path, tmp_path: Path, runner: Runner) -> None:
    unbroken, seconds = {}, {}
    for storage in STORAGES:
        begin = time.monotonic()
        runner.start(hands, storage, tmp_path / storage)
        assert runner.status() == 0
        seconds[storage] = time.monotonic() - begin
        unbroken[storage] = content(tmp_path / storage)
        assert "pack.json" in unbroken[storage]

    rng = random.Random(5)
    parts_at_kill = []
    for number in range(NUM_KILLS):
        storage, out = STORAGES[number % len(STORAGES)], tmp_path / f"killed_{number}"
        process = runner.start(hands, storage, out)
        if number % 2:  # inside a part that is known
            wanted = rng.randrange(NUM_PARTS)
            while len(records(out)) < wanted and not (out / "pack.json").exists():
                time.sleep(0.001)
            time.sleep(rng.uniform(0, seconds[storage] / NUM_PARTS))
        else:  # anywhere
            time.sleep(rng.uniform(0, seconds[storage]))
        os.kill(process, signal.SIGKILL)
        if runner.status() == signal.SIGKILL:
            parts_at_kill.append(len(records(out)))
        before = made(out)
        runner.start(hands, storage, out)
        assert runner.status() == 0
        assert content(out) == unbroken[storage]
        after = {name: (out / name).stat().st_mtime_ns for name in before}
        assert after == before, "finished work was done again"
    assert len(parts_at_kill) >= NUM_KILLS / 2
    assert len(set(parts_at_kill)) >= 3, parts_at_kill
