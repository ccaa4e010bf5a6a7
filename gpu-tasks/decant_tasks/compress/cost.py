"""What channels cost: parameters and MACs of the network as functions of its groups' widths."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from decant_tasks.compress.groups import ChannelGroup, is_depthwise

Widths = Mapping[str, int]
"""Channels by group name."""


@dataclass(frozen=True)
class Cost:
    """Of one sample, head included."""

    parameters: int
    macs: int


@dataclass(frozen=True)
class _Layer:
    """`outputs` and `inputs`: width, and the group that may change it; positions: output places of one channel."""

    outputs: int
    inputs: int
    output_group: str | None
    input_group: str | None
    parameters_per_pair: int
    parameters_per_output: int
    positions: int


class CostModel:
    """Counts by layer, so that a changed width needs only the layers that it touches."""

    def __init__(self, network: nn.Module, groups: Sequence[ChannelGroup], input_size: int):
        positions = _output_positions(network, input_size)
        members = {(part.layer, part.axis): group.name for group in groups for part in group.parts}
        self._layers = [
            _read_layer(layer, name, members, positions[name])
            for name, layer in network.named_modules()
            if name in positions
        ]
        self._by_group = {
            group.name: [layer for layer in self._layers if group.name in (layer.output_group, layer.input_group)]
            for group in groups
        }

    def total(self, widths: Widths) -> Cost:
        """Of the whole network; groups that `widths` leaves out keep their width."""
        return _sum(self._layers, widths)

    def saved(self, group: str, channels: int, widths: Widths) -> Cost:
        """By cutting so many more channels of a group."""
        before = _sum(self._by_group[group], widths)
        after = _sum(self._by_group[group], {**widths, group: widths[group] - channels})
        return Cost(before.parameters - after.parameters, before.macs - after.macs)


def _sum(layers: Sequence[_Layer], widths: Widths) -> Cost:
    parameters = macs = 0
    for layer in layers:
        outputs = widths.get(layer.output_group or "", layer.outputs)
        inputs = widths.get(layer.input_group or "", layer.inputs)
        pairs = outputs * inputs * layer.parameters_per_pair
        parameters += pairs + outputs * layer.parameters_per_output
        macs += pairs * layer.positions
    return Cost(parameters, macs)


def _read_layer(layer: nn.Module, name: str, members: Mapping[tuple[str, str], str], positions: int) -> _Layer:
    output_group, input_group = members.get((name, "out")), members.get((name, "in"))
    if isinstance(layer, nn.BatchNorm2d):
        return _Layer(layer.num_features, 1, output_group, None, 0, 2 if layer.affine else 0, 0)
    bias = 1 if getattr(layer, "bias", None) is not None else 0
    if isinstance(layer, nn.Linear):
        return _Layer(layer.out_features, layer.in_features, output_group, input_group, 1, bias, 1)
    assert isinstance(layer, nn.Conv2d)
    kernel = layer.kernel_size[0] * layer.kernel_size[1]
    if is_depthwise(layer):
        return _Layer(layer.out_channels, 1, output_group, None, kernel, bias, positions)
    inputs = layer.in_channels // layer.groups
    return _Layer(layer.out_channels, inputs, output_group, input_group, kernel, bias, positions)


def _output_positions(network: nn.Module, input_size: int) -> dict[str, int]:
    found: dict[str, int] = {}

    def watch(name: str) -> Any:
        def hook(_: nn.Module, __: Any, output: torch.Tensor) -> None:
            found[name] = output[0, 0].numel() if output.ndim == 4 else 1

        return hook

    layers = {n: m for n, m in network.named_modules() if isinstance(m, nn.Conv2d | nn.Linear | nn.BatchNorm2d)}
    hooks = [layer.register_forward_hook(watch(name)) for name, layer in layers.items()]
    was_training = network.training
    try:
        with torch.no_grad():
            network.eval()(torch.zeros(1, 3, input_size, input_size, device=next(network.parameters()).device))
    finally:
        for handle in hooks:
            handle.remove()
        network.train(was_training)
    return found
