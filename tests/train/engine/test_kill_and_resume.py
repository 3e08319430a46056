"""A run that is killed again and again ends with the weights of an unbroken one."""

from __future__ import annotations

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
    *("--size", "32", "--batch-size", "4", "--epochs", "5", "--num-workers", "0"),
    *("--num-test", "12", "--num-validation", "12", "--warmup-steps", "5", "--device", "cpu"),
    *("--checkpoint-every-steps", "2", "--num-threads", "1", "--rotation-degrees", "20"),
)


def start(*arguments: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "train", "fit", *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def finish(process: subprocess.Popen[bytes]) -> None:
    _, error = process.communicate()
    assert process.returncode == 0, error.decode()


def weights(run: Path) -> dict[str, bytes]:
    newest = newest_checkpoint(run / "checkpoints")
    assert newest is not None
    return {path.name: path.read_bytes() for path in newest.path.glob("*.safetensors")}


def seconds_to_first_checkpoint_and_end(process: subprocess.Popen[bytes], run: Path):
    begin = time.monotonic()
    while not list(run.glob("checkpoints/step_*")):
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(0.02)
    first = time.monotonic() - begin
    finish(process)
    return first, time.monotonic() - begin


@pytest.mark.timeout(900)
def test_ten_kills_at_random_moments(data_set: Path, tmp_path: Path) -> None:
    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    new_run = ("--data", data_set, *OPTIONS, "--out")
    first, end = seconds_to_first_checkpoint_and_end(start(*new_run, unbroken), unbroken)

    rng = random.Random(20)
    steps_at_kill = []
    while len(steps_at_kill) < NUM_KILLS:
        has_run = (broken / "config.json").exists()
        process = start(*(("--resume", broken) if has_run else (*new_run, broken)))
        # From the imports to a tenth of the training, so that ten kills fall all along it.
        try:
            _, error = process.communicate(
                timeout=rng.uniform(0.5 * first, first + (end - first) / 5)
            )
            pytest.fail(f"ended before it was killed: {error.decode()}")
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        newest = newest_checkpoint(broken / "checkpoints")
        steps_at_kill.append(newest.progress.step if newest else 0)
    finish(start("--resume", broken))

    assert len(set(steps_at_kill)) > 2, steps_at_kill
    assert weights(broken) == weights(unbroken)
