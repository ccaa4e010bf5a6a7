"""A graph that people can read: Pad folded into Conv, no Identity, nodes named after layers, no exporter's metadata."""

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

_PREFIX = "network."


def tidy_graph(model: ModelProto) -> ModelProto:
    """Rewrites the model in place and answers it."""
    graph = model.graph
    _inline_constants(graph)
    _fold_constants(model)
    _drop_identities(graph)
    _fold_pads(graph)
    _rename(graph)
    _drop_unused_initializers(graph)
    _strip_metadata(model)
    return model


def _inline_constants(graph: GraphProto) -> None:
    """Constant -> initializer."""
    for node in [node for node in graph.node if node.op_type == "Constant"]:
        (attribute,) = node.attribute
        if attribute.name == "value":
            tensor = graph.initializer.add()
            tensor.CopyFrom(attribute.t)
            tensor.name = node.output[0]
            graph.node.remove(node)


def _fold_constants(model: ModelProto) -> None:
    """A node that reads constants only -> its value, worked out by ONNX's reference implementation."""
    graph = model.graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in list(graph.node):
        inputs = [name for name in node.input if name]
        if len(node.output) != 1 or not all(name in constants for name in inputs):
            continue
        (value,) = ReferenceEvaluator(node, opsets={"": model.opset_import[0].version}).run(
            None, {name: constants[name] for name in inputs}
        )
        constants[node.output[0]] = np.asarray(value)
        graph.initializer.append(numpy_helper.from_array(np.asarray(value), node.output[0]))
        graph.node.remove(node)


def _drop_identities(graph: GraphProto) -> None:
    """y = Identity(x) -> x, unless y is an output of the graph."""
    outputs = {output.name for output in graph.output}
    for node in [n for n in graph.node if n.op_type == "Identity" and n.output[0] not in outputs]:
        _replace_input(graph, node.output[0], node.input[0])
        graph.node.remove(node)


def _fold_pads(graph: GraphProto) -> None:
    """Conv(Pad(x, zeros)) -> Conv(x, pads): both add the same zeros to the same tensor."""
    constants = {tensor.name: tensor for tensor in graph.initializer}
    for pad in [node for node in graph.node if node.op_type == "Pad"]:
        readers = [node for node in graph.node if pad.output[0] in node.input]
        mode = next((a.s for a in pad.attribute if a.name == "mode"), b"constant")
        inputs = list(pad.input) + [""] * (4 - len(pad.input))
        value = numpy_helper.to_array(constants[inputs[2]]).item() if inputs[2] in constants else 0.0
        known = inputs[1] in constants and (not inputs[2] or inputs[2] in constants) and not inputs[3]
        if not known or mode != b"constant" or value != 0 or [r.op_type for r in readers] != ["Conv"]:
            continue
        pads = numpy_helper.to_array(constants[inputs[1]]).astype(int).tolist()
        if len(pads) != 8 or any(pads[i] for i in (0, 1, 4, 5)) or min(pads) < 0:
            continue
        _add_pads(readers[0], pads[2:4] + pads[6:8])
        _replace_input(graph, pad.output[0], pad.input[0])
        graph.node.remove(pad)


def _add_pads(convolution: NodeProto, pads: list[int]) -> None:
    for attribute in convolution.attribute:
        if attribute.name == "pads":
            pads = [a + b for a, b in zip(attribute.ints, pads, strict=True)]
            convolution.attribute.remove(attribute)
            break
    convolution.attribute.append(helper.make_attribute("pads", pads))


def _rename(graph: GraphProto) -> None:
    """A node takes the name of the layer whose weights it reads, else its input's name and its operator."""
    kept = {value.name for value in [*graph.input, *graph.output]}
    constants = {tensor.name for tensor in graph.initializer}
    names: dict[str, str] = {value.name: value.name for value in graph.input}
    used: set[str] = set(kept)
    for node in graph.node:
        layer = next((i for i in node.input if i in constants and i.endswith(".weight")), None)
        data = next((names[i] for i in node.input if i in names), "constant")
        base = layer.removeprefix(_PREFIX).removesuffix(".weight") if layer else _extend(data, node.op_type)
        name = _unused(base, used)
        node.name = name
        names[node.output[0]] = name
    _apply_names(graph, {old: new for old, new in names.items() if old not in kept})


def _extend(data: str, operator: str) -> str:
    """blocks.1.0.conv_pw + Clip -> blocks.1.0.conv_pw/Clip; after an activation, blocks.1.0.conv_pw/Clip/Add."""
    return f"{data}/{operator}"


def _unused(base: str, used: set[str]) -> str:
    name, number = base, 2
    while name in used:
        name, number = f"{base}_{number}", number + 1
    used.add(name)
    return name


def _apply_names(graph: GraphProto, names: dict[str, str]) -> None:
    constants = _constant_names(graph)
    for node in graph.node:
        node.input[:] = [names.get(i, constants.get(i, i)) for i in node.input]
        node.output[:] = [names.get(o, o) for o in node.output]
    for tensor in graph.initializer:
        tensor.name = constants.get(tensor.name, tensor.name)


def _constant_names(graph: GraphProto) -> dict[str, str]:
    """Initializers by their layer's name, or by the node that reads them and the place there."""
    names: dict[str, str] = {}
    used: set[str] = set()
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        for place, value in enumerate(node.input):
            if value in tensors and value not in names:
                named = value.startswith((_PREFIX, "normalisation."))
                base = value.removeprefix(_PREFIX) if named else f"{node.name}/input_{place}"
                names[value] = _unused(base, used)
    return names


def _drop_unused_initializers(graph: GraphProto) -> None:
    used = {value for node in graph.node for value in node.input}
    for tensor in [tensor for tensor in graph.initializer if tensor.name not in used]:
        graph.initializer.remove(tensor)


def _replace_input(graph: GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        node.input[:] = [new if value == old else value for value in node.input]


def _strip_metadata(model: ModelProto) -> None:
    """Leaves nothing that differs from machine to machine: source paths, stack traces, versions."""
    graph = model.graph
    for node in graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    for part in (*graph.initializer, *graph.value_info, *graph.input, *graph.output):
        part.ClearField("doc_string")
        part.ClearField("metadata_props")
    graph.ClearField("value_info")
    graph.ClearField("metadata_props")
    model.ClearField("metadata_props")
    model.ClearField("doc_string")
    graph.name = "classifier"
    model.producer_name, model.producer_version = "decant", ""
    values = [numpy_helper.to_array(tensor) for tensor in graph.initializer]
    for tensor, value in zip(graph.initializer, values, strict=True):
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(value), name))
