"""schemas/vectors/quantization.json holds in Python too: numpy's float32, and ONNX Runtime's own QuantizeLinear."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

VECTORS = json.loads((Path(__file__).parents[2] / "schemas/vectors/quantization.json").read_text())
CASES = [
    pytest.param(group["function"], test, id=f"{group['function']}: {test['description']}")
    for group in VECTORS
    for test in group["tests"]
]
SCALE_MIN = np.float32(2.0**-60)


def quantize_linear(values, scale, zero_point, element, dtype):
    """ONNX Runtime's answer to QuantizeLinear of float32 `values`."""
    graph = helper.make_graph(
        [helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["y"])],
        "vectors",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, [None]),
            helper.make_tensor_value_info("scale", TensorProto.FLOAT, []),
            helper.make_tensor_value_info("zero", element, []),
        ],
        [helper.make_tensor_value_info("y", element, [None])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    feeds = {
        "x": np.array(values, np.float32),
        "scale": np.array(scale, np.float32),
        "zero": np.array(zero_point, dtype),
    }
    return session.run(None, feeds)[0].tolist()


def activation_affine(low, high):
    """Scale and zero point of uint8 over the range widened to hold 0."""
    low, high = min(np.float32(0), np.float32(low)), max(np.float32(0), np.float32(high))
    scale = max(np.float32((float(high) - float(low)) / 255), SCALE_MIN)
    return scale, int(np.clip(np.rint(-low / scale), 0, 255))


@pytest.mark.parametrize(("function", "test"), CASES)
def test_vector(function, test):
    match function:
        case "quantize_uint8":
            zero_point = test["zero_point"]
            answer = quantize_linear(test["values"], test["scale"], zero_point, TensorProto.UINT8, np.uint8)
            assert answer == test["expected"]
        case "quantize_int8":
            assert quantize_linear(test["values"], test["scale"], 0, TensorProto.INT8, np.int8) == test["expected"]
        case "activation_affine":
            assert activation_affine(test["low"], test["high"]) == (test["scale"], test["zero_point"])
        case "weight_scale":
            assert max(np.float32(test["absolute_max"]) / np.float32(127), SCALE_MIN) == np.float32(test["scale"])
        case "bias_scale":
            product = np.float32(test["input_scale"]) * np.float32(test["weight_scale"])
            assert product == np.float32(test["scale"])
        case "dequantize":
            steps = np.array(test["values"], np.float32) - np.float32(test["zero_point"])
            assert (steps * np.float32(test["scale"])).tolist() == test["expected"]
        case _:
            pytest.fail(f"expected a function that is tested here, got {function}")
