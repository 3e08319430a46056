"""`fit --profile-steps` says where the time goes, and changes nothing else."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tests.train.verbs.conftest import SMALL

pytestmark = pytest.mark.usefixtures("tiny_network")


def test_a_profiled_run_is_the_same_run(data_set: Path, tmp_path: Path, run_verb) -> None:
    plain, profiled = tmp_path / "plain", tmp_path / "profiled"
    options = (*SMALL, "--checkpoint-every-steps", "2", "--ema-decay", "0.9", "--epochs", "1")
    assert run_verb("fit", "--data", data_set, "--out", plain, *options)[0] == 0
    status, out, _ = run_verb(
        "fit", "--data", data_set, "--out", profiled, *options, "--profile-steps", "99"
    )
    assert status == 0
    last = Path("checkpoints") / "step_00000009"
    for file in (plain / last).glob("*.safetensors"):
        assert file.read_bytes() == (profiled / last / file.name).read_bytes()
    assert not (plain / "profile").exists()

    figures = json.loads((profiled / "profile" / "profile.json").read_text())
    with gzip.open(profiled / "profile" / "trace.json.gz") as file:
        events = json.load(file)["traceEvents"]
    whole = [event["dur"] for event in events if event["name"].startswith("ProfilerStep#")]
    assert figures["num_steps"] == 4  # steps 6 to 9, at which the run has ended
    parts = {name: part["host"] for name, part in figures["step_milliseconds"].items()}
    assert sum(parts.values()) == pytest.approx(sum(whole) / 4000)
    assert all(milliseconds > 0 for milliseconds in parts.values())
    assert {"waiting for data", "forward", "loss", "backward", "optimiser"} <= parts.keys()
    assert {"validation", "checkpoint"} <= parts.keys()
    assert figures["radiograph_milliseconds"].keys() == {"picture", "augmentation", "texture"}
    for name in parts:
        assert name in out
    assert "Trace, for ui.perfetto.dev" in out
    assert not list(profiled.glob(".checkpoint-*"))


def test_the_share_of_waiting_is_told(data_set: Path, tmp_path: Path, run_verb) -> None:
    run = tmp_path / "run"
    status, out, _ = run_verb("fit", "--data", data_set, "--out", run, *SMALL)
    assert status == 0
    history = json.loads((run / "metrics.json").read_text())["history"]
    seconds = [0.0, *(entry["seconds"] for entry in history)]
    shares = [
        entry["seconds_waiting_for_data"] / (seconds[number + 1] - seconds[number])
        for number, entry in enumerate(history)
    ]
    assert all(0 < share < 1 for share in shares)
    for share in shares:
        assert f"waited for data {100 * share:.1f} % of the epoch" in out
    events = EventAccumulator(str(run / "tensorboard")).Reload()
    tracked = [scalar.value for scalar in events.Scalars("epoch/share_waiting_for_data")]
    assert tracked == pytest.approx(shares, rel=1e-6)
