"""Local binary patterns as PyTorch operators and as a module.

Importing this file registers two operators:

    torch.ops.ril.local_binary_pattern(image, P, R, method="default", *, border="edge",
                                       num_threads=1, check_finite=True)
    torch.ops.ril.multiscale_lbp(image, P, R, method="rank", *, ...)  # P and R: lists of length S

They are `ril.lbp` on tensors: the same definition, defaults, errors and values, bit for bit, and
the same dtypes: uint8, uint16, uint32 or float32. PyTorch holds uint16 and uint32 but computes
little with them; `rank` and `uniform` are always uint8, other codes can be converted by `.int()`
or `.long()`. Nothing is copied on the CPU, unless the picture is not contiguous; the result always
is. There is no gradient: integers have none.

`torch.compile`, `torch.export` and fake tensors know the operators' shapes and dtypes. Autocast
does not touch them: float32 pictures stay float32 in an autocast region. float16 and bfloat16
pictures, whose pixels have lost what is compared here, are refused.

On CUDA tensors the operators need a ril that was built with `RIL_CUDA=ON`, run on the tensor's
device and the current stream, and ignore `num_threads`. There `check_finite` waits for the device,
which takes time and does not go into a CUDA graph.
"""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from ril import _core
from ril._arguments import (
    Border,
    Method,
    Settings,
    check_circular,
    check_settings,
    not_finite,
    of_pixels,
    scale_pairs,
)

__all__ = ["LocalBinaryPattern"]

Scales: TypeAlias = tuple[tuple[object, object], ...]

_PIXEL_DTYPES = {
    torch.bool, torch.uint8, torch.int8, torch.uint16, torch.int16, torch.uint32, torch.int32,
    torch.uint64, torch.int64, torch.float32, torch.float64,
}  # fmt: skip
_VALUE_DTYPES = {
    np.dtype(np.uint8): torch.uint8,
    np.dtype(np.uint16): torch.uint16,
    np.dtype(np.uint32): torch.uint32,
    np.dtype(np.float32): torch.float32,
}


class LocalBinaryPattern(nn.Module):
    """Local binary patterns of pictures at S scales: (..., H, W) -> (..., S, H, W).

    The axis of scales is there for one scale, too. No parameters, no gradient; the values are
    those of `ril.lbp.multiscale_lbp`.

    Args:
        scales: S pairs (P, R).
        method: As in `ril.lbp.local_binary_pattern`.
        border: As there.
        num_threads: As there; without effect on CUDA tensors.
        check_finite: As there.

    Raises:
        TypeError: As there, for the arguments at once, for the picture when it comes.
        ValueError: Likewise.

    Source: as `ril.lbp`.
    """

    def __init__(
        self,
        scales: Sequence[tuple[int, float]] = ((8, 1),),
        method: Method = "rank",
        border: Border = "edge",
        num_threads: int = 1,
        *,
        check_finite: bool = True,
    ) -> None:
        super().__init__()
        settings = check_settings(scale_pairs(scales), method, border, num_threads)
        self.scales = settings.scales
        self.method = settings.method
        self.border = settings.border
        self.num_threads = settings.num_threads
        self.check_finite = check_finite

    def forward(self, image: Tensor) -> Tensor:
        """(..., H, W) -> (..., S, H, W)."""
        values: Tensor = torch.ops.ril.multiscale_lbp(
            image,
            [P for P, _ in self.scales],
            [R for _, R in self.scales],
            self.method,
            border=self.border,
            num_threads=self.num_threads,
            check_finite=self.check_finite,
        )
        return values

    def extra_repr(self) -> str:
        """What was asked for."""
        scales = ", ".join(f"({P}, {R:g})" for P, R in self.scales)
        return (
            f"scales=[{scales}], method={self.method!r}, border={self.border!r}, "
            f"num_threads={self.num_threads}"
        )


def _one_scale(
    image: Tensor,
    P: int,
    R: float,
    method: str = "default",
    *,
    border: str = "edge",
    num_threads: int = 1,
    check_finite: bool = True,
) -> Tensor:
    compute = _on_cuda if image.is_cuda else _on_cpu
    return compute(image, ((P, R),), method, border, num_threads, check_finite, scale_axis=False)


def _several_scales(
    image: Tensor,
    P: Sequence[int],
    R: Sequence[float],
    method: str = "rank",
    *,
    border: str = "edge",
    num_threads: int = 1,
    check_finite: bool = True,
) -> Tensor:
    compute = _on_cuda if image.is_cuda else _on_cpu
    scales = _paired(P, R)
    return compute(image, scales, method, border, num_threads, check_finite, scale_axis=True)


def _one_scale_fake(
    image: Tensor,
    P: int,
    R: float,
    method: str = "default",
    *,
    border: str = "edge",
    num_threads: int = 1,
    check_finite: bool = True,  # noqa: ARG001 - pixels are not known yet
) -> Tensor:
    settings = check_settings(((P, R),), method, border, num_threads)
    return _new_values(image, settings, scale_axis=False)


def _several_scales_fake(
    image: Tensor,
    P: Sequence[int],
    R: Sequence[float],
    method: str = "rank",
    *,
    border: str = "edge",
    num_threads: int = 1,
    check_finite: bool = True,  # noqa: ARG001 - pixels are not known yet
) -> Tensor:
    settings = check_settings(_paired(P, R), method, border, num_threads)
    return _new_values(image, settings, scale_axis=True)


def _on_cpu(
    image: Tensor,
    scales: Scales,
    method: str,
    border: str,
    num_threads: int,
    check_finite: bool,
    *,
    scale_axis: bool,
) -> Tensor:
    settings = check_settings(scales, method, border, num_threads)
    _check_image(image)
    call = check_circular(
        image.detach().numpy(), *settings[:4], None, check_finite, scale_axis=scale_axis
    )
    _core.lbp(call.pictures, call.scales, call.method, call.border, call.num_threads, call.values)
    return torch.from_numpy(call.values)


def _on_cuda(
    image: Tensor,
    scales: Scales,
    method: str,
    border: str,
    num_threads: int,
    check_finite: bool,
    *,
    scale_axis: bool,
) -> Tensor:
    try:
        from ril import _cuda
    except ImportError as error:
        raise RuntimeError(
            "this ril was built without CUDA: install it where nvcc is, with RIL_CUDA=ON in the "
            "environment, or move the picture by image.cpu()"
        ) from error
    settings = check_settings(scales, method, border, num_threads)
    values = _new_values(image, settings, scale_axis=scale_axis)
    if check_finite and image.is_floating_point():
        _only_finite(image)
    pictures = image.detach().contiguous()
    height, width = image.shape[-2:]
    with torch.cuda.device(image.device):
        _cuda.lbp(
            pictures.data_ptr(),
            _name(image.dtype),
            (math.prod(image.shape[:-2]), height, width),
            settings.scales,
            settings.method,
            settings.border,
            values.data_ptr(),
            settings.dtype.name,
            torch.cuda.current_stream().cuda_stream,
        )
    return values


def _only_finite(image: Tensor) -> None:
    finite = torch.isfinite(image)
    if not bool(finite.all()):
        wrong = torch.nonzero(~finite)
        raise not_finite(len(wrong), tuple(wrong[0].tolist()))


def _new_values(image: Tensor, settings: Settings, *, scale_axis: bool) -> Tensor:
    _check_image(image)
    *leading, height, width = image.shape
    scales = [len(settings.scales)] if scale_axis else []
    shape = (*leading, *scales, height, width)
    return image.new_empty(shape, dtype=_VALUE_DTYPES[settings.dtype])


def _check_image(image: Tensor) -> None:
    of_pixels(image.dtype in _PIXEL_DTYPES, _name(image.dtype), tuple(image.shape))


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _paired(P: Sequence[int], R: Sequence[float]) -> Scales:
    if len(P) != len(R):
        raise ValueError(f"P and R must be of the same length, got {len(P)} and {len(R)}")
    return scale_pairs(tuple(zip(P, R, strict=True)))


for _operator, _kernel, _fake in (
    ("ril::local_binary_pattern", _one_scale, _one_scale_fake),
    ("ril::multiscale_lbp", _several_scales, _several_scales_fake),
):
    torch.library.custom_op(
        _operator, _kernel, mutates_args=(), device_types=("cpu", "cuda")
    ).register_fake(_fake)
