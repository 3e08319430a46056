"""A network with windows takes the same way as a plain one."""

import json
import shutil
from pathlib import Path

import torch

from tests.train.verbs.conftest import SMALL
from train.model.mobilenet_v3 import MobileNetV3Large

OPTIONS = (
    *SMALL,
    *("--attention", "--size", "64", "--crop-size", "32", "--localiser-size", "32"),
    *("--localiser-frozen-epochs", "1", "--checkpoint-every-steps", "5"),
)


def without_seconds(run: Path) -> list[dict[str, float]]:
    history = json.loads((run / "metrics.json").read_text())["history"]
    return [
        {name: value for name, value in entry.items() if not name.startswith("seconds")}
        for entry in history
    ]


def test_fit_resume_evaluate_predict(data_set: Path, tmp_path: Path, run_verb) -> None:
    run, broken = tmp_path / "run", tmp_path / "broken"
    weights = tmp_path / "imagenet.pth"
    torch.save(MobileNetV3Large(1000).state_dict(), weights)
    options = (*OPTIONS, "--imagenet-weights", weights)
    assert run_verb("fit", "--data", data_set, "--out", run, *options)[0] == 0
    history = without_seconds(run)
    assert 0 < history[-1]["window_mean_iou"] < 0.5
    assert {"prediction_std_months_girls", "prediction_std_months_boys"} <= history[0].keys()
    assert (history[0]["window_position_std"], history[0]["window_moved_share"]) == (0, 0)
    assert history[1]["window_position_std"] > 0

    shutil.copytree(run, broken)
    shutil.rmtree(broken / "checkpoints" / "step_00000018")  # goes on inside the second epoch
    assert (broken / "checkpoints" / "step_00000015").is_dir()
    assert run_verb("fit", "--resume", broken)[0] == 0
    last = Path("checkpoints") / "step_00000018"
    for name in ("network.safetensors", "optimizer.safetensors"):
        assert (run / last / name).read_bytes() == (broken / last / name).read_bytes()
    assert without_seconds(broken) == history

    assert run_verb("evaluate", run, "--num-workers", 0)[0] == 0
    status, out, _ = run_verb("predict", run, "--as-is", data_set / "images" / "3.png")
    assert status == 0
    assert "not a medical device" in out
