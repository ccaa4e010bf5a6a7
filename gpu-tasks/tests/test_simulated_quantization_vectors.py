"""schemas/vectors/simulated-quantization.json: training rounds as the writer does, bit for bit."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from decant_tasks.simulated_quantization.arithmetic import activation_affine, fake_quantize_activation
from decant_tasks.simulated_quantization.graph import Graph, Node
from decant_tasks.simulated_quantization.learned_range import LearnedRange
from decant_tasks.simulated_quantization.placement import float_prefix, layer_form, place
from decant_tasks.simulated_quantization.quantized_layer import QuantizedLayer

VECTORS = json.loads((Path(__file__).parents[2] / "schemas/vectors/simulated-quantization.json").read_text())
CASES = [
    pytest.param(group["function"], test, id=f"{group['function']}: {test['description']}")
    for group in VECTORS
    for test in group["tests"]
]


def _attributes(record: dict[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("group", "transB") if name in record}


def _check_activation(test: dict[str, Any]) -> None:
    values = torch.tensor(test["values"], dtype=torch.float32)
    rounded = fake_quantize_activation(values, *activation_affine(test["low"], test["high"]))
    assert rounded.tolist() == test["expected"]
    if test["low"] <= 0 <= test["high"]:
        learned = LearnedRange()
        learned.set_start(test["low"], test["high"])
        assert learned(values).tolist() == test["expected"]


def _check_weight(test: dict[str, Any]) -> None:
    weight = np.array(test["weight"], np.float32).reshape(test["dims"])
    node = Node(test["op"], ("x", "w"), ("y",), _attributes(test))
    form = layer_form(node, Graph((node,), {"w": weight}, ("y",)))
    assert form is not None
    bias = None if test["bias"] is None else torch.tensor(test["bias"], dtype=torch.float32)
    layer = QuantizedLayer(torch.from_numpy(weight), bias, form, limited=test["portable"]).eval()
    layer.refresh_growth(test["input_scale"])
    steps, scales = layer.steps_and_scales(test["input_scale"])
    rounded, rounded_bias = layer(test["input_scale"])
    assert steps.flatten().int().tolist() == test["expected"]["steps"]
    assert scales.tolist() == test["expected"]["scales"]
    assert rounded.flatten().tolist() == test["expected"]["values"]
    assert (None if rounded_bias is None else rounded_bias.tolist()) == test["expected"]["bias"]


def _check_placement(test: dict[str, Any]) -> None:
    nodes = tuple(
        Node(node["op"], tuple(node["inputs"]), (node["output"],), _attributes(node)) for node in test["nodes"]
    )
    constants = {name: np.zeros(dims, np.float32) for name, dims in test["weights"].items()}
    graph = Graph(nodes, constants, (test["output"],))
    prefix = float_prefix(graph)
    placement = place(graph, prefix)
    found = {
        "prefix": sorted(prefix),
        "layers": sorted(placement.layers),
        "others": sorted(placement.others),
        "quantized": placement.quantized,
    }
    assert found == test["expected"]


CHECKS = {
    "fake_quantize_activation": _check_activation,
    "fake_quantize_weight": _check_weight,
    "placement": _check_placement,
}


@pytest.mark.parametrize(("function", "test"), CASES)
def test_vector(function: str, test: dict[str, Any]):
    CHECKS[function](test)
