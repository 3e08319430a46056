"""From a data set to a trained, judged and used network, as a person would."""

import json
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from tests.train.verbs.conftest import SMALL
from train.run_folder import RunFolder, only_user


@pytest.fixture
def run(data_set: Path, tmp_path: Path, run_verb) -> Path:
    folder = tmp_path / "run"
    status, out, _ = run_verb("fit", "--data", data_set, "--out", folder, *SMALL)
    assert status == 0
    assert "36 training, 12 validation and 12 test radiographs" in out
    assert "epoch 2/2" in out
    return folder


def test_run_folder_tells_the_whole_story(run: Path, data_set: Path) -> None:
    config = json.loads((run / "config.json").read_text())
    assert config["data"] == str(data_set)
    assert config["device"] == "cpu"
    assert config["num_threads"] >= 1
    environment = json.loads((run / "environment.json").read_text())
    assert {"ril", "torch", "numpy"} <= environment["packages"].keys()
    metrics = json.loads((run / "metrics.json").read_text())
    assert [entry["epoch"] for entry in metrics["history"]] == [1, 2]
    lowest = min(entry["validation_mae_months"] for entry in metrics["history"])
    assert metrics["best"]["validation_mae_months"] == lowest
    parts = pd.read_csv(run / "split.csv")["part"].value_counts().to_dict()
    assert parts == {"training": 36, "validation": 12, "test": 12}
    assert cv2.imread(str(run / "curves.png")).size > 0


def test_evaluate_says_everything(run: Path, run_verb) -> None:
    status, out, _ = run_verb("evaluate", run, "--num-workers", 0)
    assert status == 0
    for words in ("MAE, months (class_mean)", "MAE, years", "right class (top-1), %", "95 %"):
        assert words in out
    for words in ("upper edge (paper", "lower edge", "centre of", "perfect classifier", "girls"):
        assert words in out
    table = pd.read_csv(run / "evaluation_test" / "predictions.csv")
    assert table["id"].tolist() == list(range(1, 13))
    metrics = json.loads((run / "evaluation_test" / "metrics.json").read_text())
    error = (table["predicted_months"] - table["bone_age_months"]).abs().mean()
    assert metrics["mae_months"]["value"] == pytest.approx(error, abs=1e-3)
    assert cv2.imread(str(run / "evaluation_test" / "predictions.png")).size > 0


def test_validation_figures_are_those_of_training(run: Path, run_verb) -> None:
    assert run_verb("evaluate", run, "--part", "validation", "--num-workers", 0)[0] == 0
    judged = json.loads((run / "evaluation_validation" / "metrics.json").read_text())
    trained = json.loads((run / "metrics.json").read_text())["best"]
    assert judged["mae_months"]["value"] == pytest.approx(
        trained["validation_mae_months"], abs=1e-4
    )


def test_evaluate_refuses_rows_it_may_have_trained_on(run: Path, run_verb, data_set: Path) -> None:
    labels = data_set / "boneage-training-dataset.csv"
    labels.write_text(labels.read_text().replace("60,180,True", "60,181,True"))
    status, _, error = run_verb("evaluate", run, "--data", data_set)
    assert status == 1
    assert "use --part all" in error
    assert (
        run_verb("evaluate", run, "--data", data_set, "--part", "all", "--num-workers", 0)[0] == 0
    )
    assert len(pd.read_csv(run / "evaluation_all" / "predictions.csv")) == 60


def test_predict_agrees_with_evaluate(run: Path, run_verb, data_set: Path) -> None:
    assert run_verb("evaluate", run, "--num-workers", 0)[0] == 0
    expected = pd.read_csv(run / "evaluation_test" / "predictions.csv").set_index("id")
    table_file = run / "ages.csv"
    for sex in ("male", "female"):
        status, out, _ = run_verb(
            "predict", run, "--as-is", data_set / "images", "--sex", sex, "--out", table_file
        )
        assert status == 0
        assert "not a medical device" in out
        ages = pd.read_csv(table_file)
        assert len(ages) == 60
        ages.index = [int(Path(file).stem) for file in ages["file"]]
        rows = expected[expected["is_male"] == (sex == "male")]
        assert len(rows) == 6
        np.testing.assert_allclose(
            ages.loc[rows.index, "bone_age_months"], rows["predicted_months"], atol=0.06
        )


def test_unknown_sex_shows_both_readings(run: Path, run_verb, data_set: Path) -> None:
    status, _, _ = run_verb(
        "predict", run, "--as-is", data_set / "images" / "3.png", "--out", run / "a.csv"
    )
    assert status == 0
    columns = pd.read_csv(run / "a.csv").columns
    assert {"bone_age_months", "bone_age_months_if_female", "bone_age_months_if_male"} <= set(
        columns
    )


def test_an_unreadable_picture_does_not_stop_the_others(
    run: Path, run_verb, data_set: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"")
    status, _, error = run_verb(
        "predict", run, "--as-is", bad, data_set / "images" / "3.png", "--out", run / "a.csv"
    )
    assert status == 1
    assert "bad.png: the file is empty" in error
    table = pd.read_csv(run / "a.csv")
    assert table["bone_age_months"].isna().tolist() == [True, False]
    status, _, error = run_verb("predict", run, "--as-is", bad)
    assert status == 1


@pytest.mark.parametrize("head", ["classes", "regression"])
@pytest.mark.usefixtures("tiny_network")
def test_predict_explains_itself(head: str, data_set: Path, tmp_path: Path, run_verb) -> None:
    run, folder = tmp_path / "run", tmp_path / "explained"
    options = (*SMALL, "--head", head, "--texture", "rotation_invariant")
    assert run_verb("fit", "--data", data_set, "--out", run, *options)[0] == 0
    pictures = [data_set / "images" / f"{number}.png" for number in (3, 5)]
    plain = run_verb("predict", run, "--as-is", *pictures)[1]
    assert run_verb("predict", run, "--as-is", *pictures, "--explain", folder)[1] == plain
    assert sorted(path.name for path in folder.iterdir()) == ["3.png", "5.png"]
    first, second = (cv2.imread(str(path)) for path in sorted(folder.iterdir()))
    assert first.shape == second.shape
    assert (first != second).any()


def test_explanations_never_replace_a_picture(
    run: Path, data_set: Path, tmp_path: Path, run_verb
) -> None:
    images, other = data_set / "images", tmp_path / "other"
    other.mkdir()
    (other / "3.png").write_bytes((images / "4.png").read_bytes())
    before = (images / "3.png").read_bytes()
    status, _, error = run_verb("predict", run, images, "--explain", images)
    assert status == 1
    assert "holds radiographs; choose another folder" in error
    assert (images / "3.png").read_bytes() == before
    status, _, error = run_verb(
        "predict", run, images / "3.png", other / "3.png", "--explain", tmp_path / "explained"
    )
    assert status == 1
    assert f"the name of that of {images / '3.png'}" in error
    assert not (tmp_path / "explained").exists()


def test_boxes_ask_for_windows(run: Path, tmp_path: Path, run_verb) -> None:
    status, _, error = run_verb("evaluate", run, "--boxes", tmp_path)
    assert status == 1
    assert "this run has none; train with --attention" in error


def test_resuming_a_finished_run_changes_nothing(run: Path, run_verb) -> None:
    weights = {path: path.read_bytes() for path in run.glob("checkpoints/*/network.safetensors")}
    assert run_verb("fit", "--resume", run)[0] == 0
    after = {path: path.read_bytes() for path in run.glob("checkpoints/*/network.safetensors")}
    assert weights
    assert after == weights


def test_a_folder_in_use_is_left_alone(run: Path, run_verb, data_set: Path) -> None:
    before = (run / "config.json").read_text()
    status, _, error = run_verb("fit", "--data", data_set, "--out", run, *SMALL)
    assert status == 1
    assert "continue it with --resume" in error
    assert (run / "config.json").read_text() == before


def test_two_processes_do_not_train_in_one_folder(run: Path, run_verb) -> None:
    with only_user(RunFolder(run)):
        status, _, error = run_verb("fit", "--resume", run)
    assert status == 1
    assert "another process is training there" in error
    assert run_verb("fit", "--resume", run)[0] == 0


def test_labels_that_changed_since_the_start_are_refused(
    run: Path, run_verb, data_set: Path
) -> None:
    labels = data_set / "boneage-training-dataset.csv"
    labels.write_text(labels.read_text().replace("60,180,True", "60,181,True"))
    status, _, error = run_verb("fit", "--resume", run)
    assert status == 1
    assert "not those that the run was started with" in error


def test_phantom_is_the_embedded_default(tmp_path: Path, run_verb) -> None:
    folder = tmp_path / "run"
    status, _, _ = run_verb(
        "fit", "--out", folder, "--num-phantoms", 40, "--phantom-size", 64, *SMALL
    )
    assert status == 0
    assert len(list((folder / "phantom" / "images").iterdir())) == 40
    assert run_verb("evaluate", folder, "--num-workers", 0)[0] == 0
