"""The operators on a CUDA device equal the CPU's, and keep to their stream."""

import concurrent.futures

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from ril import lbp

torch = pytest.importorskip("torch")
_cuda = pytest.importorskip("ril._cuda", reason="ril was built without RIL_CUDA=ON")
from ril.torch import LocalBinaryPattern  # noqa: E402 - needs torch

DTYPES = [
    "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
    "float32", "float64",
]  # fmt: skip
METHODS = ["default", "ror", "rank", "uniform", "nri_uniform", "var"]
BORDERS = ["edge", "constant", "reflect"]
SCALES = [(8, 1), (16, 2), (24, 3)]

HAS_DEVICE = _cuda.device_count() > 0 and torch.cuda.is_available()
needs_device = pytest.mark.skipif(not HAS_DEVICE, reason="no CUDA device")


def noise(shape, dtype, seed=0):
    """Half of the pixels over the full range, half of few levels, so that ties occur."""
    random = np.random.default_rng(seed)
    few = random.integers(0, 2 if dtype == "bool" else 4, shape)
    if np.dtype(dtype).kind == "f":
        wide = random.normal(scale=1e3, size=shape)
    else:
        bits = random.integers(0, 256, (*shape, np.dtype(dtype).itemsize), np.uint8)
        wide = few if dtype == "bool" else bits.view(dtype)[..., 0]
    return np.where(random.random(shape) < 0.5, few.astype(dtype), wide.astype(dtype))


def on_device(image):
    return torch.from_numpy(np.ascontiguousarray(image)).to("cuda")


def equal(values, expected):
    assert values.is_cuda
    assert values.is_contiguous()
    assert_array_equal(values.cpu().numpy(), expected, strict=True)


def test_it_needs_no_driver_to_be_imported():
    assert _cuda.device_count() >= 0


@pytest.mark.skipif(HAS_DEVICE, reason="there is a CUDA device")
def test_without_a_device_a_call_is_refused():
    with pytest.raises(RuntimeError, match="CUDA: no device"):
        _cuda.lbp(0, "uint8", (1, 3, 3), [(8, 1.0)], "ror", "edge", 0, "uint8", 0)


@needs_device
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_values(dtype, method, border):
    for P, R in ((4, 1), (8, 1), (12, 1.5), (16, 2), (24, 3), (24, 29.3), (31, 2.5)):
        if method == "rank" and P > 24:
            continue
        for shape in ((2, 19, 67), (1, 1), (5, 3), (1, 130), (130, 1), (16, 64)):
            image = noise(shape, dtype)
            values = torch.ops.ril.local_binary_pattern(
                on_device(image), P, R, method, border=border
            )
            equal(values, lbp.local_binary_pattern(image, P, R, method, border=border))


@needs_device
@pytest.mark.parametrize("method", METHODS)
def test_many_scales_and_leading_axes(method):
    scales = [(8, 1), (8, 2), (8, 3), (12, 1.5), (16, 2), (20, 1), (24, 3), (24, 5), (9, 40.5)]
    for shape in ((2, 3, 40, 70), (3, 40, 70), (0, 5, 5), (3, 0, 5), (3, 5, 0)):
        image = noise(shape, "uint16")
        module = LocalBinaryPattern(scales, method, "reflect")
        equal(module(on_device(image)), lbp.multiscale_lbp(image, scales, method, border="reflect"))


@needs_device
@pytest.mark.parametrize("dtype", ["uint8", "float64"])
@pytest.mark.parametrize("R", [60, 130, 2000, 1e9, 2.0**52])
@pytest.mark.parametrize("border", BORDERS)
def test_radii_that_exceed_shared_memory_and_the_picture(dtype, R, border):
    image = noise((300, 500), dtype)
    values = torch.ops.ril.local_binary_pattern(on_device(image), 8, R, border=border)
    equal(values, lbp.local_binary_pattern(image, 8, R, border=border))


@needs_device
def test_large_batches():
    image = noise((70_000, 3, 5), "uint8")
    equal(LocalBinaryPattern(SCALES)(on_device(image)), lbp.multiscale_lbp(image, SCALES))
    image = noise((2, 3000, 2500), "uint16")
    equal(
        LocalBinaryPattern(SCALES)(on_device(image)),
        lbp.multiscale_lbp(image, SCALES, num_threads=0),
    )


@needs_device
def test_more_than_two_to_the_31_values():
    if torch.cuda.mem_get_info()[0] < 16 << 30:
        pytest.skip("needs 16 GiB of the device's memory")
    # Bright only at the end: 64-bit indices must reach it.
    image = torch.zeros((3, 30_000, 30_000), dtype=torch.uint8, device="cuda")
    image[2, -40:, -40:] = on_device(noise((40, 40), "uint8"))
    values = torch.ops.ril.local_binary_pattern(image, 8, 1)
    expected = lbp.local_binary_pattern(image[2, -60:, -60:].cpu().numpy(), 8, 1)
    equal(values[2, -50:, -50:].contiguous(), expected[10:, 10:])
    assert bool((values[:2] == 255).all())


@needs_device
@pytest.mark.parametrize(
    "layout",
    [
        lambda image: image.transpose(-1, -2),
        lambda image: image.contiguous(memory_format=torch.channels_last),
        lambda image: image[..., 1::2, 2::3],
        lambda image: image[:, :1].expand(-1, 4, -1, -1),
    ],
    ids=["transposed", "channels_last", "strided", "expanded"],
)
def test_layouts(layout):
    image = layout(on_device(noise((2, 3, 32, 65), "uint8")))
    equal(
        torch.ops.ril.local_binary_pattern(image, 8, 1),
        lbp.local_binary_pattern(image.cpu().numpy(), 8, 1),
    )


@needs_device
def test_not_finite():
    image = np.zeros((2, 5, 6), np.float32)
    image[1, 2, 3] = np.nan
    image[1, 4, 0] = np.inf
    with pytest.raises(ValueError, match=r"got 2 NaN .* the first at \(1, 2, 3\)"):
        torch.ops.ril.local_binary_pattern(on_device(image), 8, 1)
    equal(
        torch.ops.ril.local_binary_pattern(on_device(image), 8, 1, check_finite=False),
        lbp.local_binary_pattern(image, 8, 1, check_finite=False),
    )


@needs_device
def test_the_current_stream_is_kept():
    image = noise((8, 512, 512), "uint8")
    expected = lbp.multiscale_lbp(image, SCALES)
    module = LocalBinaryPattern(SCALES)
    streams = [torch.cuda.Stream() for _ in range(4)]
    results = []
    for stream in streams:
        with torch.cuda.stream(stream):
            late = torch.empty(image.shape, dtype=torch.uint8, device="cuda")
            torch.cuda._sleep(50_000_000)  # what follows must wait for it
            late.copy_(torch.from_numpy(image))
            results.append(module(late))
    for stream, values in zip(streams, results, strict=True):
        stream.synchronize()
        equal(values, expected)


@needs_device
def test_threads_share_the_tables():
    image = noise((64, 64), "uint8")

    def compute(P):
        with torch.cuda.stream(torch.cuda.Stream()):
            values = torch.ops.ril.local_binary_pattern(on_device(image), P, 2, "rank")
            torch.cuda.current_stream().synchronize()
            return values

    numbers = [9, 10, 11, 13, 14, 15, 17, 18] * 4
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for P, values in zip(numbers, pool.map(compute, numbers), strict=True):
            equal(values, lbp.local_binary_pattern(image, P, 2, "rank"))


@needs_device
def test_graph():
    image = on_device(noise((4, 64, 64), "uint8"))
    module = LocalBinaryPattern(SCALES)
    module(image)  # the tables of rank
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        values = module(image)
    other = noise((4, 64, 64), "uint8", seed=1)
    image.copy_(torch.from_numpy(other))
    graph.replay()
    torch.cuda.synchronize()
    equal(values, lbp.multiscale_lbp(other, SCALES))


@needs_device
def test_pytorch_takes_it():
    image = on_device(noise((2, 20, 30), "float32"))
    torch.library.opcheck(torch.ops.ril.local_binary_pattern.default, (image, 16, 2.0, "ror"))
    torch.library.opcheck(torch.ops.ril.multiscale_lbp.default, (image, [8, 24], [1.0, 3.0]))
    module = LocalBinaryPattern(SCALES)
    torch.compiler.reset()
    compiled = torch.compile(module, fullgraph=True, backend="aot_eager")
    with torch.autocast("cuda", torch.float16):
        assert torch.equal(compiled(image), module(image))
    equal(module(image), lbp.multiscale_lbp(image.cpu().numpy(), SCALES))


@needs_device
@pytest.mark.skipif(_cuda.device_count() < 2, reason="one CUDA device")
def test_the_device_of_the_picture():
    image = noise((3, 40, 50), "uint8")
    for device in (1, 0):
        values = LocalBinaryPattern(SCALES)(torch.from_numpy(image).to(device))
        assert values.device.index == device
        equal(values, lbp.multiscale_lbp(image, SCALES))
