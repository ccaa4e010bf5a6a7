"""An exported graph as a trainable network that computes what its int8 file will: the writer's QuantizeLinear nodes at
the writer's places. Batch norms are folded in the file already, so what trains is what is deployed."""

from collections import ChainMap
from collections.abc import Mapping
from typing import cast

import numpy as np
import torch
from torch import nn

from decant_tasks.errors import TaskError
from decant_tasks.simulated_quantization.graph import Graph, Node
from decant_tasks.simulated_quantization.learned_range import LearnedRange
from decant_tasks.simulated_quantization.operators import OPERATORS, convolve, multiply
from decant_tasks.simulated_quantization.placement import float_prefix, layer_form, place
from decant_tasks.simulated_quantization.quantized_layer import LayerForm, QuantizedLayer


class SimulatedNetwork(nn.Module):
    """Takes normalised images [N,3,H,W], which the first layer reads; answers the graph's first output. limited:
    whether pairs of weights keep the limit of pair_limit.py. `rounding` off computes in float32."""

    def __init__(self, graph: Graph, limited: bool = True) -> None:
        super().__init__()
        self.placement = place(graph, float_prefix(graph))
        forms = {node.output: form for node in graph.nodes if (form := layer_form(node, graph)) is not None}
        self.entry = next(node.inputs[0] for node in graph.nodes if node.output in forms)
        self.nodes = _reachable(graph, self.entry)
        self.answer = graph.outputs[0]
        self.rounding = True
        _refuse_unknown(self.nodes, forms)
        self.layer_names = [node.output for node in self.nodes if node.output in forms]
        self.layers = nn.ModuleList(
            [_layer(node, graph, forms[node.output], limited) for node in self.nodes if node.output in forms]
        )
        self.range_names = sorted(set(self.placement.quantized.values()))
        self.ranges = nn.ModuleList([LearnedRange() for _ in self.range_names])
        read = {name for node in self.nodes if node.output not in forms for name in node.inputs}
        self.constant_names = sorted(read & graph.constants.keys())
        for at, name in enumerate(self.constant_names):
            self.register_buffer(f"constant_{at}", torch.from_numpy(np.array(graph.constants[name])))

    def layer(self, output: str) -> QuantizedLayer:
        """The layer that makes a value."""
        return cast(QuantizedLayer, self.layers[self.layer_names.index(output)])

    def range_of(self, value: str) -> LearnedRange:
        """The range that a rounded value uses."""
        return cast(LearnedRange, self.ranges[self.range_names.index(self.placement.quantized[value])])

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.values_of(images)[self.answer]

    def values_of(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """Every value by its name, as users in fp32 see it."""
        constants = {name: self.get_buffer(f"constant_{at}") for at, name in enumerate(self.constant_names)}
        values: dict[str, torch.Tensor] = {**constants, self.entry: images}
        copies: dict[str, torch.Tensor] = {}
        self._round(self.entry, values, copies, exact_stays=True)
        for node in self.nodes:
            is_layer, is_other = node.output in self.placement.layers, node.output in self.placement.others
            seen = ChainMap(copies, values) if is_layer or is_other else values
            values[node.output] = self._compute(node, seen)
            if self.placement.quantized.get(node.output) == node.output:
                self._round(node.output, values, copies, exact_stays=not (is_layer or is_other))
        return values

    def refresh_growth(self) -> None:
        """Chooses all weights' scales anew, as the writer will for the weights as they are now."""
        for node in self.nodes:
            if node.output in self.placement.layers:
                self.layer(node.output).refresh_growth(self.range_of(node.inputs[0]).affine()[0])

    def _compute(self, node: Node, seen: Mapping[str, torch.Tensor]) -> torch.Tensor:
        if node.output not in self.layer_names:
            return OPERATORS[node.operator]([seen[name] if name else None for name in node.inputs], node.attributes)
        layer = self.layer(node.output)
        weight, bias = layer.weight, layer.bias
        if self.rounding and node.output in self.placement.layers:
            weight, bias = layer(self.range_of(node.inputs[0]).affine()[0])
        compute = convolve if node.operator == "Conv" else multiply
        return compute(seen[node.inputs[0]], weight, bias, node.attributes)

    def _round(
        self, name: str, values: dict[str, torch.Tensor], copies: dict[str, torch.Tensor], *, exact_stays: bool
    ) -> None:
        """Users in int8 see the rounded value; those in fp32 too, where an integer node makes it."""
        if not self.rounding or name not in self.placement.quantized:
            return
        copies[name] = self.range_of(name)(values[name])
        if not exact_stays:
            values[name] = copies[name]


def _layer(node: Node, graph: Graph, form: LayerForm, limited: bool) -> QuantizedLayer:
    names = [*node.inputs[1:], ""]
    weight = torch.from_numpy(np.array(graph.constants[names[0]]))
    bias = torch.from_numpy(np.array(graph.constants[names[1]])) if names[1] else None
    if form.operator == "Conv":
        weight = weight.to(memory_format=torch.channels_last)
    return QuantizedLayer(weight, bias, form, limited)


def _reachable(graph: Graph, entry: str) -> list[Node]:
    """Nodes that depend on the entry: what is left out normalises pixels, which training does itself."""
    known, nodes = {entry}, []
    for node in graph.nodes:
        if known & set(node.inputs):
            known.update(node.outputs)
            nodes.append(node)
    return nodes


def _refuse_unknown(nodes: list[Node], forms: dict[str, LayerForm]) -> None:
    unknown = sorted({node.operator for node in nodes if node.output not in forms and node.operator not in OPERATORS})
    if unknown:
        message = f"Expected operators that training with simulated int8 knows ({', '.join(OPERATORS)}), got {unknown}."
        raise TaskError("CandidateRejected", f"{message} Ask for 0 quantization_epochs.", "model.onnx")
