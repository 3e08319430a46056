"""What a person gets told before any work begins."""

import ast
import inspect
import re
import subprocess
import sys
from dataclasses import Field, fields, is_dataclass
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.train.conftest import REPOSITORY
from tests.train.verbs.conftest import SMALL
from train.__main__ import VERBS
from train.config import RunConfig
from train.verbs import fit
from train.verbs.fit import FitOptions

TWO_STEPS = ("--num-phantoms", "416", "--epochs", "2")  # of the recipe demo
WINDOWS_BESIDE_ALL = ("--attention", "--whole-picture", "--crop-size", "64")


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


@pytest.mark.parametrize("columns", [80, 120])
def test_the_manual_of_fit_fits_the_terminal(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    with pytest.raises(SystemExit):
        fit.main(["--help", "--recipe", "paper"])
    manual = capsys.readouterr().out
    assert max(map(len, manual.splitlines())) <= columns
    assert "None" not in manual
    assert "(default: 0.0001)" in manual, "the recipe's"
    assert len(re.findall(r"^  (?:python|torchrun)", manual, re.MULTILINE)) >= 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--data", "nowhere"], "nowhere: no such folder"),
        (["--epochs", "0"], "epochs must be at least 1, got 0"),
        (["--size", "8"], "size must be at least 32 pixels, got 8"),
        (["--size", "100000"], "size must be at most 4096 pixels, got 100000"),
        (["--learning-rate", "nan"], "learning_rate must be above 0, got nan"),
        (["--learning-rate", "inf"], "--learning-rate must be a finite number, got inf"),
        (["--profile-steps", "-1"], "profile_steps must not be negative, got -1"),
        (["--profile-steps", "9", *TWO_STEPS], "--profile-steps: all 2 steps of the run are for"),
        (["--num-phantoms", "400"], "leave no training rows of 400; ask for fewer"),
        (["--num-phantoms", "405"], "5 training rows do not fill one batch of 16"),
        (["--fold", "1"], "fold needs num_folds"),
        (["--imagenet-weights", "nowhere.pth"], "nowhere.pth: no readable weights"),
        (["--imagenet-weights", __file__], "neither a state_dict of torch.save nor"),
        (["--out", __file__], f"{__file__}: is a file; --out takes a folder"),
        (["--out", "/proc/nothing"], "/proc/nothing: cannot be made"),
        (["--crop-size", "64"], "--crop-size would do nothing: it needs --attention"),
        (["--localiser-frozen-epochs", "9"], "it needs --attention"),
        (["--recipe", "paper", "--no-attention", "--num-windows", "4"], "it needs --attention"),
        (["--attention", "--window-age-weight", "1"], "it needs --attention --whole-picture"),
        (
            [*WINDOWS_BESIDE_ALL, "--whole-picture-learning-rate-factor", "0"],
            "without --start-from, --whole-picture-learning-rate-factor must be above 0, got 0.0",
        ),
        (["--attention", "--crop-size", "113"], "must be at most --size 112, got 113"),
        (["--step-factor", "0.5"], "--step-factor would do nothing: it needs --schedule step"),
        (["--label-sigma-months", "4"], "it needs --head distribution"),
        (["--optimizer", "adam", "--weight-decay", "1"], "it needs --optimizer adamw"),
        (["--no-uses-sex", "--unknown-sex-probability", "0.5"], "it needs --uses-sex"),
        (["--no-cache", "--cache-dir", "kept"], "it cannot go with --no-cache"),
        (["--id-column", "film"], "--id-column would do nothing: it needs --data"),
        (["--ema-decay", "1"], "ema_decay must be at least 0 and below 1, got 1.0"),
        (["--num-folds", "5", "--fold", "5"], "fold must be at least 0 and below num_folds (5)"),
        (["--num-folds", "5", "--select-on-test"], "choose one of them"),
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


def test_mlflow_asked_for_without_it(
    tmp_path: Path, run_verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.tracking.mlflow_tracker.find_spec", lambda _name: None)
    monkeypatch.chdir(tmp_path)
    status, _, error = run_verb("fit", "--mlflow", "http://localhost:5000")
    assert status == 1
    assert "pip install 'ril[mlflow]'" in error
    assert list(tmp_path.iterdir()) == []


def test_every_option_of_fit_says_what_it_means() -> None:
    groups = [field.default_factory for field in fields(RunConfig) if is_group(field)]
    assert len(groups) >= 6
    for kind in (FitOptions, RunConfig, *groups):
        (tree,) = ast.parse(inspect.getsource(kind)).body
        documented = {
            entry.target.id
            for entry, next_entry in pairwise(tree.body)
            if isinstance(entry, ast.AnnAssign)
            and isinstance(next_entry, ast.Expr)
            and str(next_entry.value.value).endswith(".")
        }
        options = {field.name for field in fields(kind) if not is_group(field)} - {"config"}
        assert options - documented == set(), kind


def is_group(field: Field) -> bool:
    return is_dataclass(field.default_factory)


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
    assert not (tmp_path / "run").exists()


def test_drawn_hands_and_other_data_exclude_each_other(
    data_set: Path, tmp_path: Path, run_verb
) -> None:
    options = (*SMALL, "--num-phantoms", "100")
    status, _, error = run_verb("fit", "--data", data_set, "--out", tmp_path / "run", *options)
    assert status == 1
    assert "--num-phantoms would do nothing: it is for drawn hands" in error
    assert not (tmp_path / "run").exists()


def test_compiling_without_a_compiler(
    tmp_path: Path, run_verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    status, _, error = run_verb("fit", "--compile", "--out", tmp_path / "run")
    assert status == 1
    assert "--compile needs a C++ compiler, and there is no no-such-compiler here" in error
    assert not (tmp_path / "run").exists()


def test_diverging_training_stops_with_a_reason(data_set: Path, tmp_path: Path, run_verb) -> None:
    options = (*SMALL, "--learning-rate", "1e30", "--gradient-clip", "0", "--epochs", "4")
    options = (*options, "--checkpoint-every-steps", "1")
    status, _, error = run_verb("fit", "--data", data_set, "--out", tmp_path / "run", *options)
    assert status == 1
    assert "training has diverged" in error
    assert "lower --learning-rate" in error
    for weights in tmp_path.glob("run/checkpoints/*/*.safetensors"):
        for name, tensor in load_file(weights).items():
            assert tensor.isfinite().all(), (weights, name)


def test_evaluate_without_a_finished_epoch(tmp_path: Path, run_verb) -> None:
    status, _, error = run_verb("evaluate", tmp_path)
    assert status == 1
    assert "no run here" in error
