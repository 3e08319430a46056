"""A network with windows takes the same way as a plain one."""

import json
import shutil
from pathlib import Path

import cv2
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tests.train.data.test_region_boxes import voc
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
    status, out, _ = run_verb("fit", "--data", data_set, "--out", run, *options)
    assert status == 0
    assert "million multiply-adds (MACs) a radiograph" in out
    history = without_seconds(run)
    assert 0 < history[-1]["window_mean_iou"] < 0.5
    assert {"prediction_std_months_girls", "prediction_std_months_boys"} <= history[0].keys()
    assert (history[0]["window_position_std"], history[0]["window_moved_share"]) == (0, 0)
    assert history[1]["window_position_std"] > 0
    events = EventAccumulator(str(run / "tensorboard")).Reload()
    for name in ("window_mean_iou", "window_position_std", "window_moved_share"):
        tracked = {event.step: event.value for event in events.Scalars(f"epoch/{name}")}
        assert tracked == pytest.approx({entry["step"]: entry[name] for entry in history})

    shutil.copytree(run, broken)
    shutil.rmtree(broken / "checkpoints" / "step_00000018")  # goes on inside the second epoch
    assert (broken / "checkpoints" / "step_00000015").is_dir()
    assert run_verb("fit", "--resume", broken)[0] == 0
    last = Path("checkpoints") / "step_00000018"
    for name in ("network.safetensors", "optimizer.safetensors"):
        assert (run / last / name).read_bytes() == (broken / last / name).read_bytes()
    assert without_seconds(broken) == history

    assert run_verb("evaluate", run, "--num-workers", 0)[0] == 0
    picture, explained = data_set / "images" / "3.png", tmp_path / "explained"
    status, out, _ = run_verb("predict", run, "--as-is", picture, "--explain", explained)
    assert status == 0
    assert "not a medical device" in out
    assert cv2.imread(str(explained / "3.png")).std() > 20


@pytest.mark.usefixtures("tiny_network")
def test_boxes_beside_the_grid(data_set: Path, tmp_path: Path, run_verb) -> None:
    run = tmp_path / "run"
    frozen = (*OPTIONS, "--localiser-frozen-epochs", "2")  # has learned nothing
    assert run_verb("fit", "--data", data_set, "--out", run, *frozen)[0] == 0
    folder = tmp_path / "boxes"
    folder.mkdir()
    for number in (3, 7, 40):  # the last one is no test row
        (folder / f"{number}.xml").write_text(
            voc(("MCP", 12, 18, 18, 22), ("Ulna", 0, 34, 6, 40), size=(30, 40))
        )
    status, out, _ = run_verb("evaluate", run, "--boxes", folder, "--num-workers", 0)
    assert status == 0
    assert "Windows on 4 boxes of 2 radiographs" in out
    metrics = json.loads((run / "evaluation_test" / "metrics.json").read_text())
    coverage = metrics["window_coverage"]
    assert coverage["windows"] == coverage["grid"]
    assert coverage["grid"]["regions"][0] == {
        "region": "MCP",
        "num_boxes": 2,
        "centre_covered": 1,
        "area_covered": pytest.approx(1),
        "centre_distance": pytest.approx(0),
    }
    assert coverage["grid"]["regions"][1]["area_covered"] < 1  # in a corner, beyond the grid
    assert coverage["grid"]["picture_covered"] == pytest.approx(0.69, abs=0.02)

    (folder / "3.xml").write_text(voc(("MCP", 1, 1, 9, 9), size=(40, 40)))
    status, _, error = run_verb("evaluate", run, "--boxes", folder)
    assert status == 1
    assert "3.png: is 0.750 times as wide as high" in error
    for number in (3, 7):
        (folder / f"{number}.xml").unlink()
    status, _, error = run_verb("evaluate", run, "--boxes", folder)
    assert status == 1
    assert "none of its 1 radiographs is among the 12 rows" in error
