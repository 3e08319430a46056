"""Figures for an MLflow server: no picture, no label."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

from train.config import RunConfig
from train.errors import UserError
from train.files import write_json
from train.run_folder import RunFolder

EXPERIMENT = "bone age"


def require_mlflow() -> None:
    """Raise a UserError where MLflow is not installed."""
    if find_spec("mlflow") is None:
        raise UserError("--mlflow needs the package mlflow: pip install 'ril[mlflow]'")


class MLflowTracker:
    """One MLflow run for one run folder, gone on with when the run is resumed."""

    def __init__(self, uri: str, run: RunFolder, config: RunConfig) -> None:
        import mlflow  # optional, and slow to import

        self._mlflow = mlflow
        number = run.read_mlflow_run_id()
        mlflow.set_tracking_uri(uri)
        try:
            mlflow.set_experiment(EXPERIMENT)
            mlflow.start_run(run_id=number, run_name=None if number else run.path.name)
        except mlflow.exceptions.MlflowException as error:
            raise UserError(f"--mlflow {uri}: {error}") from error
        if number is None:
            write_json(run.mlflow_file, {"run_id": mlflow.active_run().info.run_id})
            mlflow.log_params(_flat(config.to_json()))

    def scalars(self, figures: dict[str, float], step: int) -> None:
        """See `Tracker.scalars`."""
        self._mlflow.log_metrics(figures, step=step)

    def pictures(self, name: str, pictures: np.ndarray) -> None:
        """Nothing: radiographs stay on this machine."""

    def flush(self) -> None:
        """Nothing: figures are sent as they come."""

    def close(self) -> None:
        """See `Tracker.close`."""
        self._mlflow.end_run()


def _flat(content: dict[str, object], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in content.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat
