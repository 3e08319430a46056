from __future__ import annotations

import pytest

from train.__main__ import VERBS, main

SMALL = (
    *("--size", "32", "--batch-size", "4", "--epochs", "2", "--num-workers", "0"),
    *("--num-test", "12", "--num-validation", "12", "--warmup-steps", "0", "--device", "cpu"),
)


@pytest.fixture
def run_verb(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run `python -m train ...` in this process: (status, standard output, standard error)."""

    def run(*arguments: object) -> tuple[int, str, str]:
        assert arguments[0] in VERBS
        monkeypatch.setattr("sys.argv", ["train", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        status = main()
        return status, *capsys.readouterr()

    return run
