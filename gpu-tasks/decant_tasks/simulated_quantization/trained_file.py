"""What training with simulated int8 leaves for the writer: the graph with its trained weights, and ranges by name."""

from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, numpy_helper

from decant_tasks.protocol.files import write_json, write_whole
from decant_tasks.simulated_quantization.network import SimulatedNetwork

Ranges = dict[str, tuple[float, float]]


def ranges_of(network: SimulatedNetwork) -> Ranges:
    """[low, high] of every rounded value that has a range of its own, as float32."""
    ends = {name: network.range_of(name).ends().detach().tolist() for name in network.range_names}
    return {name: (low, high) for name, (low, high) in ends.items()}


def with_trained_weights(model: ModelProto, network: SimulatedNetwork) -> ModelProto:
    """A copy of the model that the network was read from, with the layers' weights as they are now, not rounded."""
    trained = ModelProto()
    trained.CopyFrom(model)
    tensors = {tensor.name: tensor for tensor in trained.graph.initializer}
    for node in trained.graph.node:
        if node.output[0] not in network.layer_names:
            continue
        layer = network.layer(node.output[0])
        for name, values in zip(node.input[1:], (layer.weight, layer.bias), strict=False):
            if name and values is not None:
                array = np.ascontiguousarray(values.detach().cpu().numpy())
                tensors[name].CopyFrom(numpy_helper.from_array(array, name))
    onnx.checker.check_model(trained, full_check=True)
    return trained


def write_trained(folder: Path, model: ModelProto, network: SimulatedNetwork) -> dict[str, str]:
    """Writes both files; answers their names for output.json."""
    names = {"onnx": "int8-trained.onnx", "ranges": "ranges.json"}
    content = with_trained_weights(model, network).SerializeToString(deterministic=True)
    write_whole(folder / names["onnx"], lambda part: part.write_bytes(content))
    write_json(
        folder / names["ranges"], {name: {"low": low, "high": high} for name, (low, high) in ranges_of(network).items()}
    )
    return names
