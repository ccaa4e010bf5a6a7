"""Whole residual blocks that can go: those that would answer what they were given, had they no weights."""

import copy
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from decant_tasks.errors import TaskError
from decant_tasks.model.forward_once import forward_once

_WEIGHED = (nn.Conv2d, nn.Linear)


def find_blocks(network: nn.Module, input_size: int) -> tuple[str, ...]:
    """Names of the innermost modules with convolutions that are an identity shortcut beside their weights, in order.

    Asked of the module itself: with every weight at zero it must answer its input. Inputs are tried without negative
    numbers, as behind a ReLU, so that a block that ends with one counts too.
    """
    shapes = _shapes_kept(network, input_size)
    found: list[str] = []
    for name in sorted(shapes, key=lambda name: -name.count(".")):
        inside = any(other.startswith(f"{name}.") for other in found)
        if not inside and _is_identity_without_weights(network.get_submodule(name), shapes[name]):
            found.append(name)
    order = {name: place for place, (name, _) in enumerate(network.named_modules())}
    return tuple(sorted(found, key=lambda name: order[name]))


def remove_blocks(network: nn.Module, blocks: Iterable[str]) -> nn.Module:
    """Puts an identity in the place of each, in place."""
    for name in blocks:
        parent, _, attribute = name.rpartition(".")
        setattr(network.get_submodule(parent), attribute, nn.Identity())
    return network


def check_blocks(network: nn.Module, input_size: int, blocks: Iterable[Any]) -> tuple[str, ...]:
    """Blocks that a description names, once it is sure that the architecture can do without each."""
    named, known = tuple(blocks), find_blocks(network, input_size)
    odd = [name for name in named if name not in known]
    if odd or len(set(named)) != len(named):
        message = f"Expected blocks among {list(known)}, each once, got {list(named)[:9]}."
        raise TaskError("InvalidModel", message, "student.json")
    return named


def _shapes_kept(network: nn.Module, input_size: int) -> dict[str, torch.Size]:
    """Shapes by name of modules that hold weighed layers and answer one tensor [1,C,H,W] with one of that shape."""
    shapes: dict[str, torch.Size] = {}

    def watch(name: str) -> Any:
        def hook(_: nn.Module, values: tuple[Any, ...], named: dict[str, Any], output: Any) -> None:
            tensors = [value for value in (*values, output) if isinstance(value, torch.Tensor) and value.ndim == 4]
            if len(values) == 1 and len(tensors) == 2 and not named and values[0].shape == output.shape:
                shapes[name] = output.shape

        return hook

    modules = {name: module for name, module in network.named_modules() if name and not isinstance(module, _WEIGHED)}
    holders = {n: m for n, m in modules.items() if any(isinstance(part, _WEIGHED) for part in m.modules())}
    hooks = [module.register_forward_hook(watch(name), with_kwargs=True) for name, module in holders.items()]
    forward_once(network, input_size, hooks)
    return shapes


@torch.no_grad()
def _is_identity_without_weights(module: nn.Module, shape: torch.Size) -> bool:
    empty = copy.deepcopy(module).cpu().eval()
    for name, tensor in (*empty.named_parameters(), *empty.named_buffers()):
        if not name.endswith(("running_var", "num_batches_tracked")):
            tensor.zero_()
    # Up to 16, so that an activation with an upper limit (ReLU6) behind the sum is noticed.
    given = torch.linspace(0, 16, shape.numel()).view(shape)
    return bool(torch.equal(empty(given), given))
