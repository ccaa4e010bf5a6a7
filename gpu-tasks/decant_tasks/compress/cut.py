"""Takes channels out of a network in place, and builds a network of given widths again from its description."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from decant_tasks.compress.allocation import Kept
from decant_tasks.compress.groups import ChannelGroup, is_depthwise
from decant_tasks.errors import TaskError

Shapes = dict[str, dict[str, int]]
"""Widths by layer name, of convolutions, linear layers and batch normalisations."""
_OUTPUTS = ("out_channels", "out_features", "num_features")
_INPUTS = ("in_channels", "in_features")
_WIDTHS = ("in_channels", "out_channels", "groups", "in_features", "out_features", "num_features")


def cut_channels(network: nn.Module, groups: Sequence[ChannelGroup], kept: Kept) -> nn.Module:
    """Keeps those channels of each group that `kept` names."""
    for group in groups:
        channels = kept.get(group.name)
        if channels is None or len(channels) == group.channels:
            continue
        for part in group.parts:
            _cut_layer(network.get_submodule(part.layer), part.axis, torch.tensor(channels))
    return network


def _cut_layer(layer: nn.Module, axis: str, channels: torch.Tensor) -> None:
    count = len(channels)
    if axis == "in":
        _select(layer, "weight", 1, channels)
        setattr(layer, "in_channels" if isinstance(layer, nn.Conv2d) else "in_features", count)
        return
    for name in ("weight", "bias", "running_mean", "running_var"):
        _select(layer, name, 0, channels)
    if isinstance(layer, nn.BatchNorm2d):
        layer.num_features = count
    elif isinstance(layer, nn.Linear):
        layer.out_features = count
    else:
        assert isinstance(layer, nn.Conv2d)
        if is_depthwise(layer):
            layer.in_channels = layer.groups = count
        layer.out_channels = count


def _select(layer: nn.Module, name: str, axis: int, channels: torch.Tensor) -> None:
    tensor = getattr(layer, name, None)
    if tensor is None:
        return
    chosen = tensor.detach().index_select(axis, channels.to(tensor.device))
    if chosen.ndim == 4:
        chosen = chosen.contiguous(memory_format=torch.channels_last)
    setattr(layer, name, nn.Parameter(chosen, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else chosen)


def describe_shapes(network: nn.Module) -> Shapes:
    """Widths of every layer, for student.json."""
    layers = {n: m for n, m in network.named_modules() if isinstance(m, nn.Conv2d | nn.Linear | nn.BatchNorm2d)}
    return {
        name: {width: getattr(layer, width) for width in _WIDTHS if hasattr(layer, width)}
        for name, layer in layers.items()
    }


def narrow_to(network: nn.Module, shapes: Mapping[str, Mapping[str, Any]]) -> nn.Module:
    """Gives a full network, in place, the widths of describe_shapes; its weights have to be loaded after that."""
    full = describe_shapes(network)
    if set(shapes) != set(full):
        odd = sorted(set(shapes) ^ set(full))[:3]
        raise _refusal(f"Expected the layers of the architecture, these differ: {odd}.")
    for name, widths in shapes.items():
        sound = set(widths) == set(full[name]) and all(
            type(value) is int and 1 <= value <= full[name][width] for width, value in widths.items()
        )
        if not sound:
            raise _refusal(f"Expected widths from 1 to {full[name]} in {name}, got {dict(widths)}.")
        layer = network.get_submodule(name)
        outputs = next(widths[width] for width in _OUTPUTS if width in widths)
        inputs = next((widths[width] for width in _INPUTS if width in widths), None)
        if inputs is not None and not is_depthwise(layer) and inputs < full[name][_input_width(full[name])]:
            _cut_layer(layer, "in", torch.arange(inputs))
        _cut_layer(layer, "out", torch.arange(outputs))
    if describe_shapes(network) != {name: dict(widths) for name, widths in shapes.items()}:
        raise _refusal("Expected widths that fit the kinds of layers: as many groups as channels where depthwise.")
    return network


def _input_width(widths: Mapping[str, int]) -> str:
    return next(width for width in _INPUTS if width in widths)


def _refusal(message: str) -> TaskError:
    return TaskError("InvalidModel", message, "student.json")
