"""Two processes train the network that one does; killed and gone on with, to the last bit."""

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
    *("--dropout", "0", "--learning-rate", "1e-4", "--ema-decay", "0.9", "--no-cache"),
)
NUM_STEPS = 12
MARK = "RIL_TEST_RUN"
"""Environment variable that every process below torchrun inherits."""


def torchrun(mark: Path, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "torch.distributed.run", *map(str, arguments)]
    return subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=os.environ | {"OMP_NUM_THREADS": "1", MARK: str(mark)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    out, error = process.communicate()
    assert process.returncode == 0, error
    return out


def marked(mark: Path) -> dict[int, dict[str, str]]:
    """Living processes of a run, whoever their parents are, with their environments."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            content = path.read_text()
        except OSError:  # of another user, or gone just now
            continue
        environment = dict(line.split("=", 1) for line in content.split("\0") if "=" in line)
        if environment.get(MARK) == str(mark):
            found[int(path.parent.name)] = environment
    return found


def newest(run: Path) -> Checkpoint:
    checkpoint = newest_checkpoint(run / "checkpoints")
    assert checkpoint is not None
    return checkpoint


def tensors(run: Path) -> dict[str, bytes]:
    files = {path.name: path.read_bytes() for path in newest(run).path.glob("*.safetensors")}
    assert len(files) == 3
    return files


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        return listener.getsockname()[1]


@pytest.mark.timeout(300)
def test_a_killed_process_on_one_of_two_machines(data_set: Path, tmp_path: Path) -> None:
    unbroken, broken, alone = (tmp_path / name for name in ("unbroken", "broken", "alone"))
    new_run = ("-m", "train", "fit", "--data", data_set, *OPTIONS, "--out")
    meeting = ("--nnodes", 2, "--master-addr", "127.0.0.1", "--master-port", free_port())
    machines = [
        torchrun(broken, *meeting, "--node-rank", rank, *new_run, broken) for rank in (0, 1)
    ]
    while not list(broken.glob("checkpoints/step_*")):
        assert all(machine.poll() is None for machine in machines)
        time.sleep(0.01)
    (writer,) = (pid for pid, names in marked(broken).items() if names.get("RANK") == "0")
    os.kill(writer, signal.SIGKILL)
    for machine in machines:
        machine.communicate(timeout=100)
        assert machine.returncode != 0
    assert marked(broken) == {}
    assert 2 <= newest(broken).progress.step < NUM_STEPS

    two = ("--standalone", "--nproc-per-node", 2)
    out = finish(torchrun(broken, *two, "-m", "train", "fit", "--resume", broken))
    assert out.count("epoch 4/4") == 1, "the first process alone speaks"
    finish(torchrun(unbroken, *two, *new_run, unbroken))
    assert newest(broken).progress.step == NUM_STEPS
    assert tensors(broken) == tensors(unbroken)

    assert fit.main(["--data", str(data_set), *OPTIONS, "--out", str(alone)]) == 0
    for name in ("training_loss", "validation_mae_months"):
        curve, expected = (
            [entry[name] for entry in newest(run).progress.history] for run in (broken, alone)
        )
        assert len(curve) == 4
        # float32 sums in another order, over 12 steps: measured 2e-5 of the loss.
        np.testing.assert_allclose(curve, expected, rtol=5e-4)


def test_batches_that_cannot_be_divided_are_refused(
    data_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.fitting.new_run.num_processes", lambda: 5)
    with pytest.raises(UserError, match="--batch-size 12 cannot be divided into equal parts for 5"):
        fit.main(["--data", str(data_set), *OPTIONS, "--out", str(tmp_path / "run")])
    assert not (tmp_path / "run").exists()
