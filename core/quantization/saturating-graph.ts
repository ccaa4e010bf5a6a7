// A quantized graph as CPUs without VNNI compute it: their int16 sums of two products saturate (see reduction-order.ts). Only
// pairs of weights that can overflow make a difference, so each such layer gets beside it
//   y + s_x s_w (clip(p) - p),   p = q0 w0 + q1 w1 for each of these pairs
// in floating point, exact since |p| < 2^17. A file without such pairs stays as it is: its emulation is itself.

import { floatAttribute, intAttribute, makeNode } from "../onnx/attributes.ts";
import type { Graph, Model, Node, Tensor } from "../onnx/graph.ts";
import { type Lookup, lookupOf, nameMaker } from "../onnx/lookup.ts";
import { elementCount, floats, floatTensor } from "../onnx/tensor-data.ts";
import { isViolating } from "./pair-limit.ts";
import { reductionOrder } from "./reduction-order.ts";

const INT16 = { low: -32_768, high: 32_767 };

/** `model`: in QDQ form. */
export function saturatingGraph(model: Model): Model {
  const { graph } = model;
  const lookup = lookupOf(graph, model.ir_version);
  const newName = nameMaker(model);
  const initializers: Tensor[] = [...graph.initializers];
  const nodes = graph.nodes.flatMap((node) => {
    const layer = integerLayer(node, lookup);
    return layer === undefined ? [node] : saturated(node, layer, newName, initializers);
  });
  const declared = graph.values;
  return { ...model, graph: { ...graph, nodes, initializers, values: declared } satisfies Graph };
}

interface IntegerLayer {
  readonly weight: Tensor;
  readonly weight_scales: Float32Array;
  readonly input_scale: number;
  readonly input_zero: number;
  readonly channel_axis: number;
  readonly pairs: readonly Pair[];
}

interface Pair {
  readonly channel: number;
  /** Indices into the weight tensor. */
  readonly elements: readonly [number, number];
}

function integerLayer(node: Node, lookup: Lookup): IntegerLayer | undefined {
  if (!["Conv", "Gemm", "MatMul"].includes(node.op)) return undefined;
  const [data, weights] = [dequantized(node.inputs[0]!, lookup), dequantized(node.inputs[1] ?? "", lookup)];
  const weight = weights && lookup.constants.get(weights.inputs[0]!);
  if (data === undefined || weights === undefined || weight?.type !== "int8") return undefined;
  const zero = lookup.constants.get(data.inputs[2] ?? "");
  if (zero?.type !== "uint8") return undefined;
  if (node.op === "Gemm" && floatAttribute(node, "alpha", 1) !== 1) return undefined;
  const channel_axis = node.op === "Conv" || intAttribute(node, "transB", 0) === 1 ? 0 : 1;
  return {
    weight,
    channel_axis,
    weight_scales: floats(lookup.constants.get(weights.inputs[1]!)!),
    input_scale: floats(lookup.constants.get(data.inputs[1]!)!)[0]!,
    input_zero: zero.bytes[0]!,
    pairs: violatingPairs(node, weight, channel_axis),
  };
}

function dequantized(value: string, { producer }: Lookup): Node | undefined {
  const node = producer.get(value);
  return node?.op === "DequantizeLinear" ? node : undefined;
}

function violatingPairs(node: Node, weight: Tensor, channelAxis: number): Pair[] {
  const order = reductionOrder(node, weight.dims, channelAxis);
  if (!order.paired) return [];
  const values = integers(weight);
  const pairs: Pair[] = [];
  for (let channel = 0; channel < order.channels; channel += 1) {
    for (let at = 0; at + 1 < order.length; at += 2) {
      const [first, second] = [at, at + 1].map((each) => channel * order.channel_stride + order.offsets[each]!);
      if (isViolating(values[first!]!, values[second!]!)) pairs.push({ channel, elements: [first!, second!] });
    }
  }
  return pairs;
}

function integers({ bytes }: Tensor): Int8Array {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function saturated(
  node: Node,
  layer: IntegerLayer,
  newName: (wanted: string) => string,
  initializers: Tensor[],
): readonly Node[] {
  if (layer.pairs.length === 0) return [node];
  if (intAttribute(node, "group", 1) !== 1) throw new Error(`Expected no groups in ${node.name}`);
  const constant = (part: string, dims: readonly number[], values: ArrayLike<number>) => {
    const tensor = floatTensor(newName(`${node.outputs[0]!}_${part}`), dims, values);
    initializers.push(tensor);
    return tensor.name;
  };
  const made: Node[] = [];
  const add = (op: string, inputs: readonly string[], attributes: Node["attributes"] = new Map()) => {
    const output = newName(`${node.outputs[0]!}_${op.toLowerCase()}`);
    made.push({ ...makeNode(op, newName(`saturate_${op.toLowerCase()}`), inputs, [output]), attributes });
    return output;
  };
  const { input_scale, input_zero, pairs } = layer;
  const scaled = add("Mul", [node.inputs[0]!, constant("inverse_scale", [], [1 / input_scale])]);
  // Without their zero point, so that what is padded is 0 here too.
  const steps = add("Round", [scaled]);
  const { first, second, sums } = products(node, layer);
  const isConv = node.op === "Conv";
  const offsets = sums.map((sum) => sum * input_zero);
  const attributes = isConv ? node.attributes : new Map();
  const bias = constant("zero_products", isConv ? [1, pairs.length, 1, 1] : [pairs.length], offsets);
  const product = add(isConv ? "Conv" : "MatMul", [steps, constant("pairs", first.dims, first.values)], attributes);
  const pair = add("Add", [product, bias]);
  const limits = [constant("low", [], [INT16.low]), constant("high", [], [INT16.high])];
  const loss = add("Sub", [add("Clip", [pair, ...limits]), pair]);
  const correction = add(isConv ? "Conv" : "MatMul", [loss, constant("losses", second.dims, second.values)]);
  const exact = newName(`${node.outputs[0]!}_exact`);
  const sum = makeNode("Add", newName("saturate"), [exact, correction], [node.outputs[0]!]);
  return [{ ...node, outputs: [exact] }, ...made, sum];
}

interface Matrix {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/** The weights of every pair by itself, and what turns the pairs' losses into those of output channels. */
function products(node: Node, { weight, pairs, weight_scales, input_scale, channel_axis }: IntegerLayer) {
  const values = integers(weight);
  const isConv = node.op === "Conv";
  const channels = weight.dims[channel_axis]!;
  const length = elementCount(weight.dims) / channels;
  const first = new Float32Array(pairs.length * length);
  const second = new Float32Array(pairs.length * channels);
  const sums = pairs.map(({ channel, elements }, pair) => {
    for (const element of elements) {
      const within = channel_axis === 0 ? element - channel * length : Math.floor(element / channels);
      first[isConv ? pair * length + within : within * pairs.length + pair] = values[element]!;
    }
    const scale = input_scale * weight_scales[weight_scales.length === 1 ? 0 : channel]!;
    second[isConv ? channel * pairs.length + pair : pair * channels + channel] = scale;
    return values[elements[0]]! + values[elements[1]]!;
  });
  const matrices: { first: Matrix; second: Matrix } = {
    first: { dims: isConv ? [pairs.length, ...weight.dims.slice(1)] : [length, pairs.length], values: first },
    second: { dims: isConv ? [channels, pairs.length, 1, 1] : [pairs.length, channels], values: second },
  };
  return { ...matrices, sums };
}
