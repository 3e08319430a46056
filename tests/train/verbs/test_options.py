"""Every option of training survives a kill to the last bit; the other verbs understand it."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tests.train.verbs.conftest import SMALL

pytestmark = pytest.mark.usefixtures("tiny_network")

OPTIONS = {
    "bfloat16": (
        *("--precision", "bfloat16", "--head", "regression", "--class-balance", "1"),
        *("--ema-decay", "0.9"),
    ),
    "float16": (
        *("--precision", "float16", "--head", "ordinal", "--ema-decay", "0.99"),
        *("--schedule", "step", "--step-epochs", "1", "--step-factor", "0.5"),
    ),
    "folds": ("--head", "distribution", "--num-folds", "4", "--fold", "2"),
}


def without_seconds(run: Path) -> list[dict[str, float]]:
    history = json.loads((run / "metrics.json").read_text())["history"]
    return [
        {name: value for name, value in entry.items() if not name.startswith("seconds")}
        for entry in history
    ]


@pytest.mark.parametrize("name", OPTIONS)
def test_resume_evaluate_predict(name: str, data_set: Path, tmp_path: Path, run_verb) -> None:
    run, broken = tmp_path / "run", tmp_path / "broken"
    options = (*SMALL, "--checkpoint-every-steps", "5", *OPTIONS[name])
    assert run_verb("fit", "--data", data_set, "--out", run, *options)[0] == 0
    history = without_seconds(run)

    shutil.copytree(run, broken)
    last = Path("checkpoints") / "step_00000018"
    shutil.rmtree(broken / last)  # goes on inside the second epoch
    assert (broken / "checkpoints" / "step_00000015").is_dir()
    assert run_verb("fit", "--resume", broken)[0] == 0
    weights = sorted(path.name for path in (run / last).glob("*.safetensors"))
    assert ("average.safetensors" in weights) == ("--ema-decay" in options)
    for file in weights:
        assert (run / last / file).read_bytes() == (broken / last / file).read_bytes(), file
    assert without_seconds(broken) == history
    scalers = [
        json.loads((folder / last / "state.json").read_text())["progress"]["scaler"]
        for folder in (run, broken)
    ]
    assert scalers[0] == scalers[1]
    assert bool(scalers[0]) == (name == "float16")

    assert run_verb("evaluate", run, "--part", "validation", "--num-workers", 0)[0] == 0
    judged = json.loads((run / "evaluation_validation" / "metrics.json").read_text())
    best = min(entry["validation_mae_months"] for entry in history)
    assert judged["mae_months"]["value"] == pytest.approx(best, abs=1e-4)
    table = pd.read_csv(run / "evaluation_validation" / "predictions.csv")
    assert ("probability_18" in table) == (name != "bfloat16")
    table_file = tmp_path / "ages.csv"
    picture = data_set / "images" / f"{table['id'][0]}.png"
    sex = "male" if table["is_male"][0] else "female"
    assert run_verb("predict", run, "--as-is", picture, "--sex", sex, "--out", table_file)[0] == 0
    (age,) = pd.read_csv(table_file)["bone_age_months"]
    assert age == pytest.approx(table["predicted_months"][0], abs=0.06)


def test_patience_ends_the_run_and_a_resumed_one_stays_ended(
    data_set: Path, tmp_path: Path, run_verb
) -> None:
    run = tmp_path / "run"
    # A network that is not moved by its tiny steps does not get better after the first epoch.
    options = ("--learning-rate", "1e-12", "--batch-norm-momentum", "1e-9", "--dropout", "0")
    options = (*SMALL, *options, "--epochs", "9", "--patience-epochs", "2")
    status, out, _ = run_verb("fit", "--data", data_set, "--out", run, *options)
    assert status == 0
    assert "ended early: 2 epochs without a lower validation MAE" in out
    history = without_seconds(run)
    best = min(history, key=lambda entry: entry["validation_mae_months"])
    assert history[-1]["epoch"] == best["epoch"] + 2 < 9
    assert run_verb("fit", "--resume", run)[0] == 0
    assert without_seconds(run) == history


def test_tensorboard_has_every_epoch(data_set: Path, tmp_path: Path, run_verb) -> None:
    run = tmp_path / "run"
    options = (*SMALL, "--attention", "--crop-size", "32", "--localiser-size", "32")
    options = (*options, "--num-windows", "1", "--window-features", "8")
    assert run_verb("fit", "--data", data_set, "--out", run, *options)[0] == 0
    events = EventAccumulator(str(run / "tensorboard")).Reload()
    history = without_seconds(run)
    for name in history[0]:
        found = [(scalar.step, scalar.value) for scalar in events.Scalars(f"epoch/{name}")]
        expected = [(entry["step"], entry[name]) for entry in history]
        assert found == [(step, pytest.approx(value, rel=1e-6)) for step, value in expected], name
    assert {"epoch/learning_rate", "epoch/window_mean_iou"} <= set(events.Tags()["scalars"])
    assert [scalar.step for scalar in events.Scalars("step/loss")] == [10]
    assert events.Images("what the network sees")[0].width == 8 * 32
