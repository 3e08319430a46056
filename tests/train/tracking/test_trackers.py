from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from train.config import RunConfig
from train.run_folder import RunFolder
from train.tracking import open_trackers


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    return folder


def track(run: RunFolder, config: RunConfig, after: int, steps: range, offset: float) -> None:
    with open_trackers(run, config, after) as trackers:
        for tracker in trackers:
            for step in steps:
                tracker.scalars({"step/loss": offset + step}, step)
            tracker.flush()


def test_tensorboard_reads_what_was_written(run: RunFolder) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (3, 3, 8, 6), dtype=np.uint8)
    with open_trackers(run, RunConfig(), 0) as trackers:
        for tracker in trackers:
            tracker.pictures("sheet", pictures)
            tracker.scalars({"epoch/validation_mae_months": 7.5, "epoch/learning_rate": 1e-3}, 40)
    events = EventAccumulator(str(run.tensorboard)).Reload()
    (scalar,) = events.Scalars("epoch/validation_mae_months")
    assert (scalar.step, scalar.value) == (40, 7.5)
    assert events.Scalars("epoch/learning_rate")[0].value == pytest.approx(1e-3)
    (image,) = events.Images("sheet")
    assert (image.height, image.width) == (8, 18)


def test_a_resumed_run_replaces_the_steps_that_it_does_again(run: RunFolder) -> None:
    track(run, RunConfig(), 0, range(10, 60, 10), offset=0)  # killed; the checkpoint is of step 30
    track(run, RunConfig(), 30, range(40, 80, 10), offset=1000)
    events = EventAccumulator(str(run.tensorboard)).Reload()
    found = {scalar.step: scalar.value for scalar in events.Scalars("step/loss")}
    assert found == {10: 10, 20: 20, 30: 30, 40: 1040, 50: 1050, 60: 1060, 70: 1070}
    assert len(events.Scalars("step/loss")) == 7


def test_mlflow_goes_on_with_its_run(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlflow = pytest.importorskip("mlflow", reason="needs the extra mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    config = RunConfig(mlflow=str(tmp_path / "mlflow"))
    track(run, config, 0, range(10, 30, 10), offset=0)
    track(run, config, 20, range(30, 50, 10), offset=0)
    client = mlflow.MlflowClient(config.mlflow)
    number = run.read_mlflow_run_id()
    history = client.get_metric_history(number, "step/loss")
    assert [(metric.step, metric.value) for metric in history] == [(s, s) for s in (10, 20, 30, 40)]
    tracked = client.get_run(number)
    assert tracked.data.params["training.batch_size"] == "32"
    assert tracked.info.status == "FINISHED"
