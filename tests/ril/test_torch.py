"""The PyTorch operators equal `ril.lbp`, and PyTorch's own machinery takes them."""

import multiprocessing
import sys

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ril import lbp

torch = pytest.importorskip("torch")
from ril.torch import LocalBinaryPattern  # noqa: E402 - needs torch

DTYPES = [
    "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
    "float32", "float64",
]  # fmt: skip
METHODS = ["default", "ror", "rank", "uniform", "nri_uniform", "var"]
BORDERS = ["edge", "constant", "reflect"]


def noise(shape, dtype="uint8", seed=0):
    random = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return random.normal(size=shape).round(1).astype(dtype)
    few = random.integers(0, 2 if dtype == "bool" else 100, shape)
    return few.astype(dtype)


def equal(values, expected):
    assert isinstance(values, torch.Tensor)
    assert values.is_contiguous()
    assert_array_equal(values.numpy(), expected, strict=True)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("method", METHODS)
def test_values(dtype, method):
    for P, R in ((8, 1), (12, 1.5), (24, 3)):
        for border in BORDERS:
            image = noise((2, 9, 13), dtype)
            values = torch.ops.ril.local_binary_pattern(
                torch.from_numpy(image), P, R, method, border=border
            )
            equal(values, lbp.local_binary_pattern(image, P, R, method, border=border))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(7, 9), (3, 7, 9), (2, 3, 7, 9), (0, 7, 9), (3, 0, 9), (1, 1)])
def test_several_scales_of_any_leading_axes(method, shape):
    image = noise(shape, "uint16")
    scales = [(8, 1), (16, 2.0), (20, 2.5)]
    values = torch.ops.ril.multiscale_lbp(
        torch.from_numpy(image), [8, 16, 20], [1, 2.0, 2.5], method, num_threads=2
    )
    expected = lbp.multiscale_lbp(image, scales, method)
    equal(values, expected)
    equal(LocalBinaryPattern(scales, method)(torch.from_numpy(image)), expected)


@pytest.mark.parametrize(
    "layout",
    [
        lambda image: image.transpose(-1, -2),
        lambda image: image.contiguous(memory_format=torch.channels_last),
        lambda image: image[..., ::2, ::3],
        lambda image: image[:, :1].expand(-1, 4, -1, -1),
    ],
    ids=["transposed", "channels_last", "strided", "expanded"],
)
def test_layouts(layout):
    image = layout(torch.from_numpy(noise((2, 3, 12, 15))))
    expected = lbp.local_binary_pattern(image.numpy(), 8, 1)
    equal(torch.ops.ril.local_binary_pattern(image, 8, 1), expected)


def test_the_picture_is_not_copied_and_not_written(monkeypatch):
    from ril import torch as module

    seen = []
    kernel = module._core.lbp

    class Core:
        @staticmethod
        def lbp(pictures, *others):
            seen.append((pictures.ctypes.data, others[-1].ctypes.data))
            kernel(pictures, *others)

    monkeypatch.setattr(module, "_core", Core)
    image = torch.from_numpy(noise((2, 8, 8)))
    before = image.clone()
    values = torch.ops.ril.local_binary_pattern(image, 8, 1)
    assert seen == [(image.data_ptr(), values.data_ptr())]
    assert torch.equal(image, before)


def test_refusals_are_those_of_the_operator():
    image = torch.zeros(3, 4)
    for arguments, named, error, message in [
        ((0, 1.0), {}, ValueError, r"P must be in 1\.\.31, got 0"),
        ((8, -1.0), {}, ValueError, "got -1.0"),
        ((25, 1.0, "rank"), {}, ValueError, "at most 24"),
        ((8, 1.0, "riu2"), {}, ValueError, "method must be one of"),
        ((8, 1.0), {"border": "wrap"}, ValueError, "border must be one of"),
        ((8, 1.0), {"num_threads": -1}, ValueError, "num_threads must be"),
    ]:
        for device in ("cpu", "meta"):
            with pytest.raises(error, match=message):
                torch.ops.ril.local_binary_pattern(image.to(device), *arguments, **named)
    for dtype in (torch.float16, torch.bfloat16, torch.complex64):
        for device in ("cpu", "meta"):
            with pytest.raises(TypeError, match=f"got {str(dtype)[6:]}$"):
                torch.ops.ril.local_binary_pattern(image.to(device, dtype), 8, 1)
    with pytest.raises(ValueError, match=r"two axes .* got \(4,\)"):
        torch.ops.ril.local_binary_pattern(image[0], 8, 1)
    with pytest.raises(ValueError, match="same length, got 2 and 1"):
        torch.ops.ril.multiscale_lbp(image, [8, 16], [1.0])
    with pytest.raises(ValueError, match="at least one pair"):
        torch.ops.ril.multiscale_lbp(image, [], [])
    with pytest.raises(ValueError, match="P must be in"):
        LocalBinaryPattern([(40, 1)])
    with pytest.raises(TypeError, match="pairs"):
        LocalBinaryPattern(8)


def test_only_finite_pictures():
    image = torch.zeros(2, 4, 4)
    image[1, 2, 3] = torch.nan
    with pytest.raises(ValueError, match=r"got 1 NaN .* the first at \(1, 2, 3\)"):
        LocalBinaryPattern()(image)
    equal(
        LocalBinaryPattern(check_finite=False)(image),
        lbp.multiscale_lbp(image.numpy(), [(8, 1)], check_finite=False),
    )


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("method", METHODS)
def test_opcheck(dtype, method):
    image = torch.from_numpy(noise((2, 6, 7), dtype))
    for picture in (image, image.mT):
        torch.library.opcheck(torch.ops.ril.local_binary_pattern.default, (picture, 16, 2, method))
    torch.library.opcheck(
        torch.ops.ril.multiscale_lbp.default,
        (image, [8, 12], [1.0, 2.5], method),
        {"border": "reflect", "num_threads": 2},
    )


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_compile(backend):
    torch.compiler.reset()
    module = torch.nn.Sequential(LocalBinaryPattern([(8, 1), (16, 2)]), Scaled())
    compiled = torch.compile(module, fullgraph=True, backend=backend)
    for shape in ((2, 9, 11), (3, 8, 8)):  # the second time with symbolic sizes
        image = torch.from_numpy(noise(shape))
        assert torch.equal(compiled(image), module(image))


def test_export():
    module = torch.nn.Sequential(LocalBinaryPattern([(8, 1), (24, 3)]), Scaled())
    batch = torch.export.Dim("batch", min=1, max=64)
    height = torch.export.Dim("height", min=2, max=4096)
    exported = torch.export.export(
        module,
        (torch.from_numpy(noise((2, 9, 11))),),
        dynamic_shapes=({0: batch, 1: height},),
    )
    for shape in ((2, 9, 11), (5, 14, 11)):
        image = torch.from_numpy(noise(shape, seed=1))
        assert torch.equal(exported.module()(image), module(image))


def test_autocast_changes_nothing():
    # Neighbouring pixels that bfloat16 would make equal.
    image = torch.from_numpy(noise((3, 16, 16), "float32")) * 1e-3 + 100
    module = LocalBinaryPattern([(8, 1), (16, 2)], "default")
    expected = lbp.multiscale_lbp(image.numpy(), [(8, 1), (16, 2)], "default")
    assert not np.array_equal(expected, module(image.bfloat16().float()).numpy())
    with torch.autocast("cpu", torch.bfloat16):
        assert (image @ image.mT).dtype == torch.bfloat16
        equal(module(image), expected)


def test_the_gradient_goes_past():
    image = torch.from_numpy(noise((1, 8, 8), "float32")).requires_grad_()
    weight = torch.ones(1, requires_grad=True)
    codes = torch.ops.ril.local_binary_pattern(image, 8, 1)
    assert not codes.requires_grad
    (codes.float() * weight).sum().backward()
    assert image.grad is None
    assert weight.grad is not None


def test_module_in_a_network():
    network = torch.nn.Sequential(
        LocalBinaryPattern([(8, 1), (16, 2), (24, 3)]), Scaled(), torch.nn.Conv2d(3, 4, 3)
    )
    assert "scales=[(8, 1), (16, 2), (24, 3)], method='rank', border='edge'" in repr(network)
    assert network(torch.from_numpy(noise((2, 10, 12)))).shape == (2, 4, 8, 10)
    assert not list(network[0].state_dict())
    assert repr(LocalBinaryPattern([(8, 1.5)])) == (
        "LocalBinaryPattern(scales=[(8, 1.5)], method='rank', border='edge', num_threads=1)"
    )


class Scaled(torch.nn.Module):
    def forward(self, values):
        return values.float() / 255


class Pictures(torch.utils.data.Dataset):
    def __len__(self):
        return 6

    def __getitem__(self, index):
        return LocalBinaryPattern(num_threads=2)(torch.from_numpy(noise((9, 9), seed=index)))


def test_data_loader():
    assert "fork" in multiprocessing.get_all_start_methods()
    Pictures()[0]  # threads have run before the fork
    loader = torch.utils.data.DataLoader(
        Pictures(), batch_size=3, num_workers=2, multiprocessing_context="fork"
    )
    values = torch.cat(list(loader))
    expected = [lbp.multiscale_lbp(noise((9, 9), seed=i), [(8, 1)]) for i in range(6)]
    equal(values, np.stack(expected))


def test_without_cuda_the_error_says_what_to_do(monkeypatch):
    from ril import torch as module

    monkeypatch.setitem(sys.modules, "ril._cuda", None)
    monkeypatch.delattr("ril._cuda", raising=False)
    with pytest.raises(RuntimeError, match=r"built without CUDA.*RIL_CUDA=ON"):
        module._on_cuda(torch.zeros(3, 3), ((8, 1.0),), "ror", "edge", 1, True, scale_axis=False)
