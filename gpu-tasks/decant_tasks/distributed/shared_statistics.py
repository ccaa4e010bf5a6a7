"""Batch normalisation over the batch of all processes, on CPUs too: what one process would have seen.

torch's SyncBatchNorm runs on GPUs only and replaces modules; here `F.batch_norm` itself is answered while a network
runs, so the network and its weights' names stay as they are. Two sums over processes a layer, two more backwards.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import distributed
from torch.autograd.function import FunctionCtx
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from decant_tasks.distributed.processes import process_count

_SIGNATURE = inspect.signature(F.batch_norm)


class SumOverProcesses(torch.autograd.Function):
    """Sums a tensor; its gradient is the sum of all processes' gradients, since each one's loss depends on it."""

    @staticmethod
    def forward(ctx: FunctionCtx, tensor: torch.Tensor) -> torch.Tensor:
        total = tensor.contiguous().clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: FunctionCtx, *grad_outputs: torch.Tensor) -> torch.Tensor:
        total = grad_outputs[0].contiguous().clone()
        distributed.all_reduce(total)
        return total


def _sum(tensor: torch.Tensor) -> torch.Tensor:
    return SumOverProcesses.apply(tensor)  # pyright: ignore[reportReturnType]


def shared_batch_norm(
    input: torch.Tensor,  # noqa: A002, torch's own name
    running_mean: torch.Tensor | None,
    running_var: torch.Tensor | None,
    weight: torch.Tensor | None,
    bias: torch.Tensor | None,
    momentum: float,
    eps: float,
) -> torch.Tensor:
    """F.batch_norm in training for [N,C,...] of which every process holds some N."""
    others = [axis for axis in range(input.ndim) if axis != 1]
    shape = [1, -1] + [1] * (input.ndim - 2)
    count = _sum(torch.tensor([float(input.numel() // input.shape[1])], device=input.device))
    mean = _sum(input.sum(others)) / count
    centred = input - mean.view(shape)
    variance = _sum(centred.square().sum(others)) / count
    with torch.no_grad():
        if running_mean is not None:
            running_mean.lerp_(mean, momentum)
        if running_var is not None:
            running_var.lerp_(variance * count / (count - 1), momentum)
    output = centred * (variance + eps).rsqrt().view(shape)
    if weight is not None:
        output = output * weight.view(shape)
    return output if bias is None else output + bias.view(shape)


class SharedStatistics(TorchFunctionMode):
    """Answers F.batch_norm in training; everything else is torch's."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if func is not F.batch_norm:
            return func(*args, **kwargs)
        bound = _SIGNATURE.bind(*args, **kwargs)
        bound.apply_defaults()
        arguments = dict(bound.arguments)
        if not arguments.pop("training"):
            return func(*args, **kwargs)
        return shared_batch_norm(**arguments)


def shared_statistics() -> AbstractContextManager[object]:
    """Within it networks in training normalise by the statistics of all processes' samples. Alone it does nothing."""
    return nullcontext() if process_count() == 1 else SharedStatistics()
