"""The folder of a run: where everything lies, and how it is opened."""

from __future__ import annotations

import fcntl
import json
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import cv2

from train.config import RunConfig
from train.errors import UserError
from train.files import write_json

PACKAGES = ("ril", "torch", "numpy", "pandas")


@dataclass(frozen=True)
class RunFolder:
    """Paths inside the folder of a run."""

    path: Path

    @property
    def config_file(self) -> Path:
        """The resolved configuration; its presence makes the folder a run."""
        return self.path / "config.json"

    @property
    def environment_file(self) -> Path:
        """Versions and the command line."""
        return self.path / "environment.json"

    @property
    def split_file(self) -> Path:
        """`id,part` of every row."""
        return self.path / "split.csv"

    @property
    def metrics_file(self) -> Path:
        """Figures of every epoch and of the best one."""
        return self.path / "metrics.json"

    @property
    def curves_file(self) -> Path:
        """Plot of the figures over epochs."""
        return self.path / "curves.png"

    @property
    def tensorboard(self) -> Path:
        """Event files: `tensorboard --logdir` takes this folder, or one above it."""
        return self.path / "tensorboard"

    @property
    def profile(self) -> Path:
        """Trace and table of the steps that were profiled."""
        return self.path / "profile"

    @property
    def mlflow_file(self) -> Path:
        """The run's id at MLflow, where it is tracked there."""
        return self.path / "mlflow.json"

    @property
    def phantom(self) -> Path:
        """The drawn data set of a run without `--data`."""
        return self.path / "phantom"

    @property
    def checkpoints(self) -> Path:
        """One folder a checkpoint."""
        return self.path / "checkpoints"

    def evaluation(self, part: str) -> Path:
        """Results of `evaluate` on one part of the data."""
        return self.path / f"evaluation_{part}"

    def read_mlflow_run_id(self) -> str | None:
        """The id of a run that MLflow knows already."""
        if not self.mlflow_file.exists():
            return None
        return json.loads(self.mlflow_file.read_text())["run_id"]

    def read_config(self) -> RunConfig:
        """The configuration of an existing run.

        Raises:
            UserError: there is no run here.
        """
        try:
            return RunConfig.from_json(json.loads(self.config_file.read_text()))
        except (OSError, json.JSONDecodeError) as error:
            raise UserError(f"{self.path}: no run here ({error})") from error


def start_run(path: Path, config: RunConfig) -> RunFolder:
    """Make the folder of a new run.

    Raises:
        UserError: the folder is in use, or cannot be made.
    """
    run = RunFolder(path)
    if run.config_file.exists():
        raise UserError(f"{path}: holds a run; continue it with --resume, or choose another")
    if path.exists() and not path.is_dir():
        raise UserError(f"{path}: is a file; --out takes a folder")
    if path.exists() and any(not entry.name.startswith(".") for entry in path.iterdir()):
        raise UserError(f"{path}: is not empty; choose another --out")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{path}: cannot be made: {error}; choose another --out") from error
    write_json(run.config_file, config.to_json())
    write_json(
        run.environment_file,
        {
            "command": sys.argv,
            "python": platform.python_version(),
            "platform": platform.platform(),
            "processor": platform.machine(),
            # OpenCV comes in several packages.
            "packages": {name: version(name) for name in PACKAGES} | {"opencv": cv2.__version__},
        },
    )
    return run


@contextmanager
def only_user(run: RunFolder) -> Iterator[None]:
    """Keep other processes from training in this folder, until this one ends in whatever way.

    Raises:
        UserError: another process trains there.
    """
    with (run.path / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UserError(f"{run.path}: another process is training there") from error
        yield
