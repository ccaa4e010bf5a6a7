"""What channels cost: parameters, MACs and predicted time of the network as functions of its groups' widths and of the
blocks that it does without."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from decant_tasks.compress.groups import ChannelGroup, is_depthwise
from decant_tasks.compress.layer_times import LayerShape
from decant_tasks.compress.timed_network import TimedNetwork, owner_of

Widths = Mapping[str, int]
"""Channels by group name."""
Members = Mapping[tuple[str, str], str]
"""A group's name by layer and axis."""
WEIGHED = ("conv", "depthwise", "gemm", "grouped")


@dataclass(frozen=True)
class Cost:
    """Of one sample, head included. us: of the int8 file on the target, 0 where no layer was timed."""

    parameters: int
    macs: int
    us: float = 0.0

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.parameters - other.parameters, self.macs - other.macs, self.us - other.us)


@dataclass(frozen=True)
class _Layer:
    """`outputs` and `inputs`: width, and the group that may change it; positions: output places of one channel."""

    name: str
    outputs: int
    inputs: int
    output_group: str | None
    input_group: str | None
    parameters_per_pair: int
    parameters_per_output: int
    positions: int
    timed: LayerShape | None = None


class CostModel:
    """Counts by layer, so that a changed width needs only the layers that it touches."""

    def __init__(
        self, network: nn.Module, groups: Sequence[ChannelGroup], input_size: int, timed: TimedNetwork | None = None
    ):
        positions = _output_positions(network, input_size)
        members = {(part.layer, part.axis): group.name for group in groups for part in group.parts}
        layers = {name: layer for name, layer in network.named_modules() if name in positions}
        counted = [_read_layer(layer, name, members, positions[name]) for name, layer in layers.items()]
        weighed = [name for name, layer in layers.items() if not isinstance(layer, nn.BatchNorm2d)]
        self._layers = counted if timed is None else [*counted, *_read_times(counted, weighed, timed, input_size)]
        self._times = None if timed is None else timed.times
        self._by_group = {
            group.name: frozenset(i for i, layer in enumerate(self._layers) if group.name in _groups_of(layer))
            for group in groups
        }

    def total(self, widths: Widths, removed: Iterable[str] = ()) -> Cost:
        """Of the whole network; groups that `widths` leaves out keep their width."""
        gone = self._inside(removed)
        counted = self._sum((i for i in range(len(self._layers)) if i not in gone), widths)
        return replace(counted, us=counted.us + self._times.fixed_us) if self._times is not None else counted

    def saved(self, group: str, channels: int, widths: Widths) -> Cost:
        """By cutting so many more channels of a group."""
        touched = self._by_group[group]
        return self._sum(touched, widths) - self._sum(touched, {**widths, group: widths[group] - channels})

    def saved_together(self, widths: Widths, removed: Iterable[str] = ()) -> Cost:
        """By these widths and without these blocks, beside the whole network."""
        gone = self._inside(removed)
        touched = gone.union(*(self._by_group[group] for group in widths))
        return self._sum(touched, {}) - self._sum(touched - gone, widths)

    def touched_by(self, group: str) -> frozenset[int]:
        """Numbers of the layers whose cost depends on a group; groups with one in common can't be chosen apart."""
        return self._by_group[group]

    def _inside(self, blocks: Iterable[str]) -> frozenset[int]:
        starts = tuple(f"{block}." for block in blocks)
        return frozenset(i for i, layer in enumerate(self._layers) if starts and layer.name.startswith(starts))

    def _sum(self, layers: Iterable[int], widths: Widths) -> Cost:
        parameters, macs, us = 0, 0, 0.0
        for place in sorted(layers):
            layer = self._layers[place]
            outputs = widths.get(layer.output_group or "", layer.outputs)
            inputs = widths.get(layer.input_group or "", layer.inputs)
            pairs = outputs * inputs * layer.parameters_per_pair
            parameters += pairs + outputs * layer.parameters_per_output
            macs += pairs * layer.positions
            if self._times is not None and layer.timed is not None:
                us += self._times.layer_us(replace(layer.timed, inputs=inputs, outputs=outputs)) or 0.0
        return Cost(parameters, macs, us)


def _groups_of(layer: _Layer) -> tuple[str | None, str | None]:
    return layer.output_group, layer.input_group


def _read_layer(layer: nn.Module, name: str, members: Members, positions: int) -> _Layer:
    output_group, input_group = members.get((name, "out")), members.get((name, "in"))
    if isinstance(layer, nn.BatchNorm2d):
        return _Layer(name, layer.num_features, 1, output_group, None, 0, 2 if layer.affine else 0, 0)
    bias = 1 if getattr(layer, "bias", None) is not None else 0
    if isinstance(layer, nn.Linear):
        return _Layer(name, layer.out_features, layer.in_features, output_group, input_group, 1, bias, 1)
    assert isinstance(layer, nn.Conv2d)
    kernel = layer.kernel_size[0] * layer.kernel_size[1]
    if is_depthwise(layer):
        return _Layer(name, layer.out_channels, 1, output_group, None, kernel, bias, positions)
    inputs = layer.in_channels // layer.groups
    return _Layer(name, layer.out_channels, inputs, output_group, input_group, kernel, bias, positions)


def _read_times(layers: Sequence[_Layer], names: Sequence[str], timed: TimedNetwork, input_size: int) -> list[_Layer]:
    """An operator that belongs to no layer with weights keeps its width; what belonged to a removed one is left out."""
    weighed = {layer.name: layer for layer in layers if layer.name in names}
    gone = [layer.name for layer in timed.layers if layer.kind in WEIGHED and layer.name not in weighed]
    found = []
    for layer in timed.layers:
        owner = owner_of(layer, [*weighed, *gone])
        if owner in gone:
            continue
        shape = layer.at(input_size)
        if owner is None:
            found.append(_Layer(layer.name, shape.outputs, shape.inputs, None, None, 0, 0, 0, shape))
            continue
        own = weighed[owner]
        reads = layer.kind in ("conv", "gemm")
        inputs, group = (own.inputs, own.input_group) if reads else (shape.inputs, None)
        found.append(_Layer(owner, own.outputs, inputs, own.output_group, group, 0, 0, 0, shape))
    return found


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
