from pathlib import Path

import cv2
import numpy as np
import pytest

from train.report.explanation import plot_explanation


def draw(path: Path, **changes: object) -> np.ndarray:
    facts = {
        "title": "3.png, sex female",
        "radiograph": np.tile(np.arange(30, dtype=np.uint8), (40, 1)),
        "channels": {"grey": np.zeros((32, 32), np.uint8)},
        "months": 100.0,
        "probabilities": np.full(19, 1 / 19),
        "heat": np.zeros((32, 32), np.float32),
        "theta": np.array([[0.4, -0.5, -0.5], [0.3, 0.6, 0.6]], np.float32),
    }
    plot_explanation(path, **{**facts, **changes})
    return cv2.imread(str(path)).astype(int)


def test_each_fact_is_in_the_picture(tmp_path: Path) -> None:
    usual = draw(tmp_path / "usual.png")
    heat = np.zeros((32, 32), np.float32)
    heat[:16] = 1e-6
    for name, value in (
        ("title", "4.png, sex male"),
        ("radiograph", np.zeros((40, 30), np.uint8)),
        ("channels", {"grey": np.full((32, 32), 200, np.uint8)}),
        ("months", 130.0),
        ("probabilities", None),
        ("heat", heat),
        ("theta", None),
    ):
        assert (draw(tmp_path / "changed.png", **{name: value}) != usual).any(), name


@pytest.mark.parametrize("sign", [1, -1])
def test_heat_is_red_where_it_raises_and_blue_where_it_lowers(tmp_path: Path, sign: int) -> None:
    heat = np.full((32, 32), sign * 1e-3, np.float32)
    warm = draw(tmp_path / "heat.png", heat=heat) - draw(tmp_path / "usual.png")
    blue, _, red = warm.reshape(-1, 3).sum(axis=0)
    assert (red > 0 and red > blue) if sign > 0 else (blue > 0 and blue > red)


@pytest.mark.parametrize("shape", [(1, 500), (500, 1), (2, 2)])
def test_any_radiograph_and_any_name(tmp_path: Path, shape: tuple[int, int]) -> None:
    radiograph = np.zeros(shape, np.uint16)
    assert draw(tmp_path / "a.png", radiograph=radiograph, title=r"$\frac_x$.png").size > 0
