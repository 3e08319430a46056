"""What a person gets told before any work begins."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.train.conftest import REPOSITORY
from tests.train.verbs.conftest import SMALL
from train.__main__ import VERBS


def train(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "train", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)


def test_no_verb_shows_them_all_with_an_example() -> None:
    result = train()
    assert result.returncode == 0
    assert all(verb in result.stdout for verb in VERBS)
    assert "python -m train fit --out runs/demo" in result.stdout
    assert "not a medical device" in result.stdout


def test_unknown_verb() -> None:
    result = train("fitt")
    assert result.returncode == 2
    assert "unknown verb 'fitt'" in result.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    result = train(verb, "--help")
    assert result.returncode == 0
    assert "python -m train" in result.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--data", "nowhere"], "nowhere: no such folder"),
        (["--epochs", "0"], "epochs must be at least 1, got 0"),
        (["--size", "8"], "size must be at least 32 pixels, got 8"),
        (["--resume", "nowhere"], "nowhere: no run here"),
        (["--resume", "nowhere", "--epochs", "3"], "remove --epochs"),
    ],
)
def test_wrong_options_fail_before_any_work(
    tmp_path: Path, run_verb, options: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, _, error = run_verb("fit", *options)
    assert status == 1
    assert message in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_a_gpu_asked_for_in_vain(tmp_path: Path, run_verb) -> None:
    status, _, error = run_verb("fit", "--device", "cuda", "--out", tmp_path / "run")
    assert status == 1
    assert "no CUDA device here; use --device cpu" in error
    assert not (tmp_path / "run").exists()


def test_misspelt_option_is_refused(run_verb) -> None:
    with pytest.raises(SystemExit) as caught:
        run_verb("fit", "--epoch", "3")
    assert caught.value.code == 2


def test_wrong_labels_leave_no_folder_behind(data_set: Path, tmp_path: Path, run_verb) -> None:
    (data_set / "images" / "5.png").unlink()
    status, _, error = run_verb("fit", "--data", data_set, "--out", tmp_path / "run", *SMALL)
    assert status == 1
    assert "id 5 has no picture" in error
    assert not (tmp_path / "run").exists()


def test_too_few_rows_for_one_batch(data_set: Path, tmp_path: Path, run_verb) -> None:
    options = (*SMALL, "--batch-size", "40")
    status, _, error = run_verb("fit", "--data", data_set, "--out", tmp_path / "run", *options)
    assert status == 1
    assert "do not fill one batch of 40" in error


def test_diverging_training_stops_with_a_reason(data_set: Path, tmp_path: Path, run_verb) -> None:
    options = (*SMALL, "--learning-rate", "1e30", "--gradient-clip", "0", "--epochs", "4")
    status, _, error = run_verb("fit", "--data", data_set, "--out", tmp_path / "run", *options)
    assert status == 1
    assert "the loss is" in error
    assert "lower --learning-rate" in error


def test_evaluate_without_a_finished_epoch(tmp_path: Path, run_verb) -> None:
    status, _, error = run_verb("evaluate", tmp_path)
    assert status == 1
    assert "no run here" in error
