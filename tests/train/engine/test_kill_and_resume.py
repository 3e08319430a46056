"""A run that is killed again and again ends with the weights of an unbroken one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.train.conftest import REPOSITORY
from train.engine.checkpoints import newest_checkpoint

NUM_KILLS = 10
OPTIONS = (
    *("--size", "32", "--batch-size", "4", "--epochs", "8", "--num-workers", "0"),
    *("--num-test", "12", "--num-validation", "12", "--warmup-steps", "5", "--device", "cpu"),
    *("--checkpoint-every-steps", "2", "--num-threads", "1", "--rotation-degrees", "20"),
    *("--ema-decay", "0.9", "--class-balance", "0.5"),
)


def start(*arguments: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "train", "fit", *map(str, arguments)]
    return subprocess.Popen(
        command,
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,  # a process group of its own
    )


def finish(process: subprocess.Popen[bytes]) -> None:
    _, error = process.communicate()
    assert process.returncode == 0, error.decode()


def weights(run: Path) -> dict[str, bytes]:
    newest = newest_checkpoint(run / "checkpoints")
    assert newest is not None
    return {path.name: path.read_bytes() for path in newest.path.glob("*.safetensors")}


def newest_step(run: Path) -> int:
    steps = [int(path.name.removeprefix("step_")) for path in run.glob("checkpoints/step_*")]
    return max(steps, default=0)


def wait_for_step(run: Path, step: int, process: subprocess.Popen[bytes]) -> None:
    while newest_step(run) < step:
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(0.005)


@pytest.mark.timeout(900)
def test_ten_kills_at_random_moments(data_set: Path, tmp_path: Path) -> None:
    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    new_run = ("--data", data_set, *OPTIONS, "--out")
    begin = time.monotonic()
    process = start(*new_run, unbroken)
    wait_for_step(unbroken, 2, process)
    seconds_to_first_checkpoint = time.monotonic() - begin
    finish(process)

    rng = random.Random(20)
    steps_at_kill = []
    for number in range(NUM_KILLS):
        has_run = (broken / "config.json").exists()
        process = start(*(("--resume", broken) if has_run else (*new_run, broken)))
        if number % 2:  # some time after the next checkpoint, perhaps inside the one after it
            wait_for_step(broken, newest_step(broken) + 1, process)
            time.sleep(rng.uniform(0, 0.3))
        else:  # from the first imports to the first steps
            time.sleep(rng.uniform(0, 1.2 * seconds_to_first_checkpoint))
        assert process.poll() is None, "ended before it was killed"
        process.send_signal(signal.SIGKILL)
        process.communicate()
        steps_at_kill.append(newest_step(broken))
    finish(start("--resume", broken))

    assert len(set(steps_at_kill)) >= NUM_KILLS / 2, steps_at_kill
    assert weights(broken) == weights(unbroken)


def is_starting_a_worker(process: subprocess.Popen[bytes]) -> bool:
    tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
    children = {child for task in tasks for child in task.read_text().split()}
    commands = [Path(f"/proc/{child}/cmdline").read_text() for child in children]
    return any("spawn_main" in command for command in commands)


@pytest.mark.parametrize("moment", ["starting", "working"])
def test_a_killed_run_leaves_no_worker_behind(moment: str, data_set: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = start("--data", data_set, *OPTIONS, "--out", run, "--num-workers", "1")
    if moment == "working":
        wait_for_step(run, 2, process)
    else:
        while not is_starting_a_worker(process):
            time.sleep(0.001)
        time.sleep(0.3)  # into its imports, which take more than a second
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)  # ends when the last holder of standard error has ended
    for _ in range(600):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("a process of the killed run is still there")
