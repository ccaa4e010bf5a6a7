"""An exported graph, read for simulation: nodes with their attributes, constants, and who makes and reads a value."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import ModelProto, helper, numpy_helper


@dataclass(frozen=True, eq=False)
class Node:
    """One operator; an absent input is ""."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def output(self) -> str:
        return self.outputs[0]


@dataclass(frozen=True)
class Graph:
    """Nodes in an order in which they can run. constants: by name."""

    nodes: tuple[Node, ...]
    constants: dict[str, np.ndarray]
    outputs: tuple[str, ...]

    def readers(self) -> dict[str, list[Node]]:
        """By value, the nodes that read it, in order."""
        found: dict[str, list[Node]] = defaultdict(list)
        for node in self.nodes:
            for name in node.inputs:
                found[name].append(node)
        return found


def read_graph(model: ModelProto) -> Graph:
    """What the simulation needs of a model that export_onnx wrote."""
    nodes = [
        Node(
            node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}",
            tuple(node.input),
            tuple(node.output),
            {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute},
        )
        for node in model.graph.node
    ]
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    return Graph(tuple(nodes), constants, tuple(output.name for output in model.graph.output))
