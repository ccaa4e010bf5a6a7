"""What the operators of an exported classifier compute, in PyTorch: by ONNX's name, from inputs and attributes.

https://onnx.ai/onnx/operators/ at opset 18. Layers with weights are in convolve and multiply, the rest in OPERATORS.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn import functional as F

Inputs = Sequence[torch.Tensor | None]
Operator = Callable[[Inputs, dict[str, Any]], torch.Tensor]


def convolve(
    values: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, attributes: dict[str, Any]
) -> torch.Tensor:
    """Conv over two dimensions."""
    top, left, bottom, right = attributes.get("pads", (0, 0, 0, 0))
    padding = (top, left)
    if (top, left) != (bottom, right):
        values, padding = F.pad(values, (left, right, top, bottom)), (0, 0)
    strides, dilations = tuple(attributes.get("strides", (1, 1))), tuple(attributes.get("dilations", (1, 1)))
    return F.conv2d(values, weight, bias, strides, padding, dilations, attributes.get("group", 1))


def multiply(
    values: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, attributes: dict[str, Any]
) -> torch.Tensor:
    """Gemm and MatMul with a constant matrix."""
    matrix = weight.t() if attributes.get("transB", 0) else weight
    return values @ matrix if bias is None else values @ matrix + bias


def _first(inputs: Inputs) -> torch.Tensor:
    assert inputs[0] is not None
    return inputs[0]


def _bound(inputs: Inputs, place: int) -> torch.Tensor | None:
    return inputs[place] if len(inputs) > place else None


def _integers(inputs: Inputs, attributes: dict[str, Any], name: str) -> list[int]:
    """A list of integers: an input in newer operator sets, an attribute in older ones."""
    given = _bound(inputs, 1)
    return [int(value) for value in (attributes.get(name, []) if given is None else given.tolist())]


def _mean(inputs: Inputs, attributes: dict[str, Any]) -> torch.Tensor:
    axes = _integers(inputs, attributes, "axes")
    return _first(inputs).mean(dim=axes, keepdim=bool(attributes.get("keepdims", 1)))


def _hard_sigmoid(inputs: Inputs, attributes: dict[str, Any]) -> torch.Tensor:
    return (attributes.get("alpha", 0.2) * _first(inputs) + attributes.get("beta", 0.5)).clamp(0, 1)


def _max_pool(inputs: Inputs, attributes: dict[str, Any]) -> torch.Tensor:
    top, left, bottom, right = attributes.get("pads", (0, 0, 0, 0))
    values = F.pad(_first(inputs), (left, right, top, bottom), value=-torch.inf)
    return F.max_pool2d(values, attributes["kernel_shape"], attributes.get("strides", (1, 1)))


def _flatten(inputs: Inputs, attributes: dict[str, Any]) -> torch.Tensor:
    return _first(inputs).flatten(attributes.get("axis", 1))


def _two(operation: Callable[[Any, Any], torch.Tensor]) -> Operator:
    return lambda inputs, _: operation(inputs[0], inputs[1])


OPERATORS: dict[str, Operator] = {
    "Add": _two(torch.add),
    "Clip": lambda inputs, _: _first(inputs).clamp(_bound(inputs, 1), _bound(inputs, 2)),
    "Concat": lambda inputs, attributes: torch.cat(
        [value for value in inputs if value is not None], attributes["axis"]
    ),
    "Div": _two(torch.div),
    "Flatten": _flatten,
    "GlobalAveragePool": lambda inputs, _: _first(inputs).mean(dim=(2, 3), keepdim=True),
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": lambda inputs, _: F.hardswish(_first(inputs)),
    "LeakyRelu": lambda inputs, attributes: F.leaky_relu(_first(inputs), attributes.get("alpha", 0.01)),
    "MaxPool": _max_pool,
    "Mul": _two(torch.mul),
    "ReduceMean": _mean,
    "Relu": lambda inputs, _: F.relu(_first(inputs)),
    "Reshape": lambda inputs, attributes: _first(inputs).reshape(
        len(_first(inputs)), *_integers(inputs, attributes, "shape")[1:]
    ),
    "Sigmoid": lambda inputs, _: torch.sigmoid(_first(inputs)),
    "Sub": _two(torch.sub),
}
