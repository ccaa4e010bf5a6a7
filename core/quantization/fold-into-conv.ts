// What exporters leave around convolutions and integer kernels can't fuse:
//   Pad(x, zeros) -> Conv            becomes   Conv with larger pads    exact: the same zeros
//   Conv -> BatchNormalization       becomes   Conv with scaled weights and bias, within rounding
import { floatAttribute, ints, intsAttribute, stringAttribute } from "../onnx/attributes.ts";
import type { Graph, Model, Node, Tensor } from "../onnx/graph.ts";
import { type Lookup, lookupOf, nameMaker } from "../onnx/lookup.ts";
import { elementCount, floats, floatTensor, integersOf } from "../onnx/tensor-data.ts";

export function foldPads(model: Model): Graph {
  const { graph } = model;
  const lookup = lookupOf(graph, model.ir_version);
  const folded = new Set<Node>();
  const nodes = graph.nodes.map((node) => {
    const pad = node.op === "Conv" && node.domain === "" ? lookup.producer.get(node.inputs[0]!) : undefined;
    const zeros = pad && zeroPads(pad, lookup);
    const own = intsAttribute(node, "pads") ?? [0, 0, 0, 0];
    if (zeros === undefined || own.length !== 4 || stringAttribute(node, "auto_pad", "NOTSET") !== "NOTSET")
      return node;
    folded.add(pad!);
    const attributes = new Map(node.attributes).set("pads", ints(own.map((size, at) => size + zeros[at]!)));
    return { ...node, inputs: [pad!.inputs[0]!, ...node.inputs.slice(1)], attributes };
  });
  return { ...graph, nodes: nodes.filter((node) => !folded.has(node)) };
}

/** [top, left, bottom, right] of a Pad that adds zeros to height and width for one convolution only. */
function zeroPads(pad: Node, { constants, consumers, outputs }: Lookup): readonly number[] | undefined {
  const single = consumers.get(pad.outputs[0]!)?.length === 1 && !outputs.has(pad.outputs[0]!);
  if (pad.op !== "Pad" || pad.domain !== "" || !single) return undefined;
  if (stringAttribute(pad, "mode", "constant") !== "constant" || (pad.inputs[3] ?? "") !== "") return undefined;
  const sizes = constants.get(pad.inputs[1] ?? "");
  const value = constants.get(pad.inputs[2] ?? "");
  const isZero = (pad.inputs[2] ?? "") === "" || (value?.type === "float32" && floats(value)[0] === 0);
  const list = sizes?.type === "int64" ? integersOf(sizes) : [];
  const spatialOnly = [0, 1, 4, 5].every((at) => list[at] === 0) && list.every((size) => size >= 0);
  return isZero && list.length === 8 && spatialOnly ? [list[2]!, list[3]!, list[6]!, list[7]!] : undefined;
}

export function foldBatchNorms(model: Model): Graph {
  const { graph } = model;
  const lookup = lookupOf(graph, model.ir_version);
  const newName = nameMaker(model);
  const initializers = [...graph.initializers];
  const replaced = new Map<Node, Node | undefined>();
  for (const norm of graph.nodes) {
    const conv = norm.op === "BatchNormalization" ? lookup.producer.get(norm.inputs[0]!) : undefined;
    const scaled = conv && scaledConvolution(conv, norm, lookup);
    if (scaled === undefined) continue;
    const weight = { ...scaled.weight, name: newName(`${scaled.weight.name}_folded`) };
    const bias = { ...scaled.bias, name: newName(`${norm.outputs[0]!}_bias`) };
    initializers.push(weight, bias);
    replaced.set(conv!, { ...conv!, inputs: [conv!.inputs[0]!, weight.name, bias.name], outputs: [norm.outputs[0]!] });
    replaced.set(norm, undefined);
  }
  const nodes = graph.nodes.flatMap((node) => (replaced.has(node) ? (replaced.get(node) ?? []) : [node]));
  return { ...graph, nodes, initializers };
}

/** w * s and (b - mean) * s + shift, where s = scale / sqrt(variance + epsilon) by output channel. */
function scaledConvolution(conv: Node, norm: Node, lookup: Lookup): { weight: Tensor; bias: Tensor } | undefined {
  const { constants, consumers, outputs } = lookup;
  const output = conv.outputs[0]!;
  const weight = constants.get(conv.inputs[1] ?? "");
  const bias = constants.get(conv.inputs[2] ?? "");
  const [scale, shift, mean, variance] = norm.inputs.slice(1).map((name) => constants.get(name));
  const known = [weight, scale, shift, mean, variance].every((tensor) => tensor?.type === "float32");
  const single =
    consumers.get(output)?.length === 1 && !outputs.has(output) && norm.outputs.slice(1).every((n) => n === "");
  if (conv.op !== "Conv" || conv.domain !== "" || !known || !single) return undefined;
  if ((conv.inputs[2] ?? "") !== "" && bias?.type !== "float32") return undefined;
  const epsilon = floatAttribute(norm, "epsilon", 1e-5);
  const spread = floats(variance!);
  const factors = Float64Array.from(floats(scale!), (value, channel) => value / Math.sqrt(spread[channel]! + epsilon));
  const inner = elementCount(weight!.dims.slice(1));
  const weights = floats(weight!).map((value, at) => value * factors[Math.floor(at / inner)]!);
  const [centre, raised] = [floats(mean!), floats(shift!)];
  const biases = Float32Array.from(factors, (factor, channel) => {
    const own = bias === undefined ? 0 : floats(bias)[channel]!;
    return (own - centre[channel]!) * factor + raised[channel]!;
  });
  return { weight: floatTensor(weight!.name, weight!.dims, weights), bias: floatTensor("", [factors.length], biases) };
}
