"""Two processes train the network that one does; a killed one ends the run, which can go on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.train.conftest import REPOSITORY
from train.engine.checkpoints import Checkpoint, newest_checkpoint
from train.errors import UserError
from train.verbs import fit

# A low learning rate: rounding differs, and Adam makes a full step of the smallest gradient.
OPTIONS = (
    *("--size", "32", "--batch-size", "12", "--epochs", "4", "--num-workers", "0"),
    *("--num-test", "12", "--num-validation", "11", "--warmup-steps", "0", "--device", "cpu"),
    *("--checkpoint-every-steps", "2", "--num-threads", "1", "--rotation-degrees", "20"),
    *("--dropout", "0", "--learning-rate", "1e-4", "--no-cache"),
)


def torchrun(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "torch.distributed.run", *map(str, arguments)]
    return subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def newest(run: Path) -> Checkpoint:
    checkpoint = newest_checkpoint(run / "checkpoints")
    assert checkpoint is not None
    return checkpoint


def children(process: subprocess.Popen[str]) -> list[int]:
    tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        return listener.getsockname()[1]


@pytest.mark.timeout(300)
def test_two_machines_then_two_processes(data_set: Path, tmp_path: Path) -> None:
    alone, two = tmp_path / "alone", tmp_path / "two"
    new_run = ("-m", "train", "fit", "--data", data_set, *OPTIONS, "--out", two)
    meeting = ("--rdzv-backend", "c10d", "--rdzv-endpoint", f"localhost:{free_port()}")
    machines = [torchrun("--nnodes", 2, *meeting, *new_run) for _ in range(2)]
    while not list(two.glob("checkpoints/step_*")):
        assert all(machine.poll() is None for machine in machines)
        time.sleep(0.01)
    workers = [child for machine in machines for child in children(machine)]
    assert len(workers) == 2
    os.kill(workers[1], signal.SIGKILL)
    for machine in machines:
        machine.communicate(timeout=100)
        assert machine.returncode != 0
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    step = newest(two).progress.step
    assert 2 <= step < 12

    process = torchrun("--standalone", "--nproc-per-node", 2, "-m", "train", "fit", "--resume", two)
    out, error = process.communicate()
    assert process.returncode == 0, error
    assert out.count("epoch 4/4") == 1, "the first process alone speaks"

    assert fit.main(["--data", str(data_set), *OPTIONS, "--out", str(alone)]) == 0
    for name in ("training_loss", "validation_mae_months"):
        curve, expected = (
            [entry[name] for entry in newest(run).progress.history] for run in (two, alone)
        )
        assert len(curve) == 4
        # float32 sums in another order, over 12 steps: measured 2e-5 of the loss.
        np.testing.assert_allclose(curve, expected, rtol=5e-4)


def test_batches_that_cannot_be_divided_are_refused(
    data_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.verbs.fit.num_processes", lambda: 5)
    with pytest.raises(UserError, match="--batch-size 12 cannot be divided into equal parts for 5"):
        fit.main(["--data", str(data_set), *OPTIONS, "--out", str(tmp_path / "run")])
    assert not (tmp_path / "run").exists()
