"""Which layers compute in int8 and which values are rounded: core/quantization/select.ts and prefix.ts, in Python.

schemas/vectors/simulated-quantization.json holds graphs with the writer's answers.
"""

from dataclasses import dataclass

import numpy as np

from decant_tasks.simulated_quantization.graph import Graph, Node
from decant_tasks.simulated_quantization.quantized_layer import LayerForm

# Integer kernels of several quantized inputs.
_ELEMENTWISE = {"Add", "AveragePool", "Concat", "GlobalAveragePool", "LeakyRelu", "Mul", "Sigmoid"}
_PASS_THROUGH = {"Flatten", "MaxPool", "Reshape", "Squeeze", "Transpose", "Unsqueeze"}
_ACTIVATIONS = {"Clip", "Relu"}


@dataclass(frozen=True)
class Placement:
    """layers: outputs of nodes with int8 weights, with their form; others: outputs of the other int8 nodes; quantized:
    rounded values, each with the value whose range it uses."""

    layers: dict[str, LayerForm]
    others: frozenset[str]
    quantized: dict[str, str]


def layer_form(node: Node, graph: Graph) -> LayerForm | None:
    """What weighs in a Conv, Gemm or MatMul; None where it has no integer form."""
    weight = graph.constants.get(node.inputs[1]) if len(node.inputs) > 1 else None
    if weight is None or weight.dtype != np.float32:
        return None
    attributes = node.attributes
    if node.operator == "Conv" and weight.ndim >= 3:
        depthwise = weight.shape[1] == 1 and weight.shape[0] == attributes.get("group", 1)
        return LayerForm("Conv", 0, not depthwise)
    if node.operator == "MatMul" and weight.ndim == 2:
        return LayerForm("MatMul", 1, True)
    plain = attributes.get("alpha", 1.0) == 1 and attributes.get("beta", 1.0) == 1 and not attributes.get("transA", 0)
    if node.operator != "Gemm" or not plain:
        return None
    return LayerForm("Gemm", 0 if attributes.get("transB", 0) else 1, True)


def float_prefix(graph: Graph) -> frozenset[str]:
    """Outputs of the stem and the depthwise convolution right behind it, which stay in fp32."""
    layers = [node for node in graph.nodes if layer_form(node, graph) is not None]
    if len(layers) < 2 or {node.operator for node in layers[:2]} != {"Conv"}:
        return frozenset()
    stem, second = layers[:2]
    form = layer_form(second, graph)
    if stem.attributes.get("group", 1) != 1 or form is None or form.paired:
        return frozenset()
    return frozenset((stem.output, second.output))


def place(graph: Graph, in_fp32: frozenset[str]) -> Placement:
    """in_fp32: outputs of nodes that stay as they are."""
    forms = {node.output: layer_form(node, graph) for node in graph.nodes if node.output not in in_fp32}
    layers = {output: form for output, form in forms.items() if form is not None}
    quantized = {node.inputs[0]: node.inputs[0] for node in graph.nodes if node.output in layers}
    others: set[str] = set()
    readers = graph.readers()

    def mark(value: str, activation: Node | None) -> None:
        quantized[value] = value
        if activation is not None:
            others.add(activation.output)

    for node in graph.nodes:
        if node.output in layers:
            # A last Gemm or MatMul gives float32 from its integer kernel at no cost, and exact logits.
            value, activation = _fused_output(node, graph, readers)
            if node.operator == "Conv" or value in quantized:
                mark(value, activation)
        elif node.output in in_fp32:
            continue
        elif node.operator in _PASS_THROUGH and node.inputs[0] in quantized:
            others.add(node.output)
            quantized[node.output] = quantized[node.inputs[0]]
        elif all(name in quantized for name in _elementwise_inputs(node, graph)):
            others.add(node.output)
            mark(*_fused_output(node, graph, readers))
    return Placement(layers, frozenset(others), quantized)


def _elementwise_inputs(node: Node, graph: Graph) -> tuple[str, ...]:
    """What must be rounded for an elementwise node to compute in int8; "" where it never does."""
    if node.operator in _ELEMENTWISE:
        return tuple(name for name in node.inputs if name)
    # The writer makes a GlobalAveragePool of a mean over height and width.
    axes = graph.constants.get(node.inputs[1]) if node.operator == "ReduceMean" and len(node.inputs) > 1 else None
    if axes is not None and sorted(int(axis) % 4 for axis in axes.reshape(-1)) == [2, 3]:
        return node.inputs[:1]
    return ("",)


def _fused_output(node: Node, graph: Graph, readers: dict[str, list[Node]]) -> tuple[str, Node | None]:
    """The value to round: behind an activation that alone reads the node's output."""
    reading = readers.get(node.output, [])
    if len(reading) != 1 or node.output in graph.outputs:
        return node.output, None
    (following,) = reading
    fuses = following.operator in _ACTIVATIONS and following.inputs[0] == node.output
    return (following.output, following) if fuses else (node.output, None)
