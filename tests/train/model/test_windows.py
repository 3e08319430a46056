import itertools
import math

import pytest
import torch

from train.model.windows import (
    WindowParametrisation,
    cut_windows,
    grid_windows,
    mean_pairwise_iou,
    paste_windows,
)

NUMBERS = (1, 4, 9)


def windows(*rows: tuple[float, float, float]) -> torch.Tensor:
    """One radiograph's theta of (s, t_x, t_y)."""
    return torch.tensor([rows])


@pytest.mark.parametrize("num_windows", NUMBERS)
def test_all_zeros_are_the_grid(num_windows: int) -> None:
    parametrisation = WindowParametrisation(num_windows)
    theta = parametrisation(torch.zeros(2, num_windows, 3))
    torch.testing.assert_close(theta[..., 0], torch.full((2, num_windows), 0.33))
    torch.testing.assert_close(theta[..., 1:], parametrisation.anchors.expand(2, -1, -1))


def test_the_grid_is_that_of_nine_windows_row_by_row() -> None:
    edge = 0.75 * (1 - 0.33)
    expected = [(x, y) for y in (-edge, 0, edge) for x in (-edge, 0, edge)]
    torch.testing.assert_close(WindowParametrisation(9).anchors, torch.tensor(expected))
    theta = WindowParametrisation(9)(torch.zeros(1, 9, 3))
    assert mean_pairwise_iou(theta).item() == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize("num_windows", NUMBERS)
@pytest.mark.parametrize("size", [1.0, 10.0, 1e4, math.inf])
def test_windows_never_leave_the_picture(num_windows: int, size: float) -> None:
    signs = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=3)))
    raw = (size * signs)[:, None].expand(-1, num_windows, -1)
    scale, *position = WindowParametrisation(num_windows)(raw).unbind(dim=-1)
    assert scale.min() >= 0.2
    assert scale.max() <= 0.5
    for t in position:
        assert (t.abs() + scale).max() <= 1 + 1e-6


def test_buffers_are_constants_and_no_weights() -> None:
    parametrisation = WindowParametrisation(9)
    assert parametrisation.state_dict() == {}
    assert list(parametrisation.parameters()) == []


def test_a_window_on_the_pixel_grid_is_a_slice() -> None:
    pictures = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    # 8 pixels of 16 are s = 0.5; 4 are 0.25. Pixels 2..9 have the centre 6, that is 6 / 8 - 1.
    theta = windows((0.5, 6 / 8 - 1, 10 / 8 - 1), (0.25, 14 / 8 - 1, 2 / 8 - 1)).repeat(2, 1, 1)
    crops = cut_windows(pictures, theta, 8)
    assert crops.shape == (2, 2, 3, 8, 8)
    assert torch.equal(crops[:, 0], pictures[:, :, 6:14, 2:10])
    crops = cut_windows(pictures, theta, 4)
    assert torch.equal(crops[:, 1], pictures[:, :, 0:4, 12:16])


def test_an_enlarged_window_is_interpolated_by_hand() -> None:
    ramp = torch.arange(16.0).expand(1, 1, 16, 16)
    crop = cut_windows(ramp, windows((0.25, 0.0, 0.0)), 8)
    # Pixels 6..9 as eight: the centres lie a quarter of a pixel from those of the picture.
    expected = torch.tensor([5.75, 6.25, 6.75, 7.25, 7.75, 8.25, 8.75, 9.25])
    torch.testing.assert_close(crop, expected.expand(1, 1, 1, 8, 8))


def test_beyond_the_picture_is_black() -> None:
    crop = cut_windows(torch.ones(1, 1, 16, 16), windows((0.5, 1.0, 0.0)), 8)
    torch.testing.assert_close(crop[0, 0, 0], torch.tensor([1.0] * 4 + [0.0] * 4).expand(8, 8))


def test_what_is_cut_is_pasted_where_it_was() -> None:
    pictures = torch.rand(2, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    theta = windows((0.5, 6 / 8 - 1, 10 / 8 - 1)).repeat(2, 1, 1)
    pasted = paste_windows(cut_windows(pictures, theta, 8)[:, :, 0], theta, 16)
    assert pasted.shape == (2, 16, 16)
    torch.testing.assert_close(pasted[:, 6:14, 2:10], pictures[:, 0, 6:14, 2:10])
    pasted[:, 6:14, 2:10] = 0
    assert not pasted.any()


def test_pasted_windows_add_up_where_they_overlap() -> None:
    theta = windows((0.5, -0.5, 0.0), (0.25, 0.0, 0.0))  # columns 0..7 and 6..9 of 16
    maps = torch.stack((torch.full((3, 3), 2.0), torch.full((3, 3), 5.0)))[None]
    row = torch.tensor([2.0] * 6 + [7.0] * 2 + [5.0] * 2 + [0.0] * 6)
    torch.testing.assert_close(paste_windows(maps, theta, 16)[0, 8], row)


def test_the_whole_picture_is_a_window() -> None:
    maps = torch.rand(1, 1, 7, 7)
    whole = paste_windows(maps, windows((1.0, 0.0, 0.0)), 28)
    expected = torch.nn.functional.interpolate(maps, (28, 28), mode="bilinear")[:, 0]
    torch.testing.assert_close(whole, expected)


@pytest.mark.parametrize("num_windows", NUMBERS)
def test_the_grid_is_where_windows_start(num_windows: int) -> None:
    start = WindowParametrisation(num_windows)(torch.zeros(5, num_windows, 3))
    assert torch.equal(grid_windows(num_windows).expand(5, -1, -1), start)


def test_overlap_by_hand() -> None:
    same = (0.4, 0.1, 0.2)
    assert mean_pairwise_iou(windows(same, same)).item() == pytest.approx(1)
    assert mean_pairwise_iou(windows((0.2, -0.5, 0.0), (0.2, 0.5, 0.0))).item() == 0
    half_beside = windows((0.5, 0.0, 0.0), (0.5, 0.5, 0.0))
    assert mean_pairwise_iou(half_beside).item() == pytest.approx(1 / 3)
    inside = windows((0.5, 0.0, 0.0), (0.25, 0.1, 0.1), (0.2, -0.8, -0.8))
    assert mean_pairwise_iou(inside).item() == pytest.approx(0.25 / 3)
    assert mean_pairwise_iou(windows(same)).tolist() == [0]


def test_gradients_of_the_windows_are_those_of_finite_differences() -> None:
    generator = torch.Generator().manual_seed(0)
    pictures = torch.rand(1, 2, 12, 12, dtype=torch.float64, generator=generator)
    theta = torch.tensor([[[0.3, 0.1, 0.05], [0.4, -0.3, 0.2]]], dtype=torch.float64)
    assert torch.autograd.gradcheck(
        lambda windows: cut_windows(pictures, windows, 5), theta.requires_grad_()
    )


def test_a_window_moves_to_what_is_bright() -> None:
    along = torch.linspace(-1, 1, 64)
    blob = torch.exp(-((along[None] - 0.35) ** 2 + (along[:, None] + 0.25) ** 2) / 0.1)
    target = torch.tensor([0.35, -0.25])
    parametrisation = WindowParametrisation(1)
    raw = torch.zeros(1, 1, 3, requires_grad=True)
    optimizer = torch.optim.Adam([raw], lr=0.05)
    distances = []
    for _ in range(60):
        theta = parametrisation(raw)
        distances.append((theta[0, 0, 1:] - target).norm().item())
        optimizer.zero_grad()
        (-cut_windows(blob[None, None], theta, 16).mean()).backward()
        optimizer.step()
    assert distances[0] > 0.4
    assert distances[-1] < 0.05
