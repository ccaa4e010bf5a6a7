"""What must go together: channels that can only be cut in several layers at once, found by torch-pruning.

Fang et al. 2023, "DepGraph: Towards Any Structural Pruning". A group is left out where layers
could not be cut one by one: grouped convolutions, channels moved by a concatenation or a flattening, unknown layers.
"""

from dataclasses import dataclass
from typing import Any, Literal

import torch
import torch_pruning as tp
from torch import nn

Axis = Literal["out", "in"]


@dataclass(frozen=True)
class Part:
    """A layer that loses channels on one axis; normalisations and depthwise convolutions have only "out"."""

    layer: str
    axis: Axis


@dataclass(frozen=True)
class ChannelGroup:
    """`name`: its first maker in the network's order. makers: convolutions that compute the channels; readers: layers
    that read them; the rest of `parts` passes them through."""

    name: str
    channels: int
    parts: tuple[Part, ...]
    makers: tuple[str, ...]
    readers: tuple[str, ...]


def is_depthwise(layer: nn.Module) -> bool:
    """One filter a channel, so input and output channels are the same ones."""
    return isinstance(layer, nn.Conv2d) and layer.groups == layer.in_channels == layer.out_channels > 1


def find_groups(network: nn.Module, input_size: int, head: str) -> tuple[ChannelGroup, ...]:
    """All groups that can be cut, in the network's order; the head's outputs are classes and never cut."""
    names = {module: name for name, module in network.named_modules()}
    order = {name: place for place, name in enumerate(names.values())}
    trainable = {name: parameter.requires_grad for name, parameter in network.named_parameters()}
    was_training = network.training
    network.eval().requires_grad_(True)
    try:
        example = torch.zeros(1, 3, input_size, input_size, device=next(network.parameters()).device)
        graph = tp.DependencyGraph().build_dependency(network, example, verbose=False)
        found = [_read_group(group, names) for group in graph.get_all_groups([network.get_submodule(head)])]
    finally:
        network.train(was_training)
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(trainable[name])
    groups = [group for group in found if group is not None]
    return tuple(sorted(groups, key=lambda group: order[group.name]))


def _read_group(group: Any, names: dict[nn.Module, str]) -> ChannelGroup | None:
    channels = len(group[0].idxs)
    parts: list[Part] = []
    for item in group:
        layer = item.dep.target.module
        if layer not in names:  # an operation, not a layer
            continue
        axis = _axis_of(layer, item.dep.handler.__name__)
        if axis is None or list(item.idxs) != list(range(channels)) or _width(layer, axis) != channels:
            return None
        part = Part(names[layer], axis)
        if part not in parts:
            parts.append(part)
    order = {name: place for place, name in enumerate(names.values())}
    parts.sort(key=lambda part: (order[part.layer], part.axis))
    modules = {name: module for module, name in names.items()}
    makers = tuple(p.layer for p in parts if p.axis == "out" and _computes(modules[p.layer]))
    readers = tuple(p.layer for p in parts if p.axis == "in")
    if not makers or not readers:
        return None
    return ChannelGroup(makers[0], channels, tuple(parts), makers, readers)


def _axis_of(layer: nn.Module, handler: str) -> Axis | None:
    if isinstance(layer, nn.BatchNorm2d) or is_depthwise(layer):
        return "out"
    if (isinstance(layer, nn.Conv2d) and layer.groups == 1) or isinstance(layer, nn.Linear):
        return "in" if "in_channels" in handler else "out"
    return None


def _width(layer: nn.Module, axis: Axis) -> int:
    if isinstance(layer, nn.BatchNorm2d):
        return layer.num_features
    if isinstance(layer, nn.Conv2d):
        return layer.in_channels if axis == "in" else layer.out_channels
    assert isinstance(layer, nn.Linear)
    return layer.in_features if axis == "in" else layer.out_features


def _computes(layer: nn.Module) -> bool:
    return isinstance(layer, nn.Conv2d | nn.Linear) and not is_depthwise(layer)
