// Cross-layer equalization (Nagel et al. 2019, arXiv:1906.04721, section 4.1): channels that share one activation scale are
// brought to like ranges, by scaling a layer's output channels up and the next layer's input channels down:
//   Conv(w, b) -> act -> Conv(v)   becomes   Conv(s w, s b) -> act -> Conv(v / s)
// Exact for Relu and no activation. Clip's upper bound can't scale with a channel, so pairs around one are left alone: factors
// that keep the values seen below the bound were tried on EfficientNet-Lite0, with room for others, and brought nothing.
import { intAttribute, makeNode } from "../onnx/attributes.ts";
import type { Graph, Model, Node, Tensor } from "../onnx/graph.ts";
import { type Lookup, lookupOf, nameMaker, pruned } from "../onnx/lookup.ts";
import { elementCount, floats, floatTensor } from "../onnx/tensor-data.ts";
import { writeModel } from "../onnx/write-model.ts";
import type { ModelRuntime, ModelSamples } from "./runtime.ts";
import { type WeightedNode, weightedNode } from "./select.ts";

/** Two layers with channels of their own between them. */
export interface EqualizablePair {
  readonly first: WeightedNode;
  readonly second: WeightedNode;
  /** The value that is quantized between them. */
  readonly value: string;
}

/** Largest |value| by channel. */
export type ChannelRanges = ReadonlyMap<string, Float32Array>;

/** A channel is scaled by no more than this: what hardly ever fires says little about its range. */
const FACTOR_MAX = 32;

/** `layers`: those whose weights will be quantized; a float layer needs no like ranges. */
export function equalizablePairs(model: Model, layers: readonly WeightedNode[]): EqualizablePair[] {
  const lookup = lookupOf(model.graph, model.ir_version);
  const quantized = new Set(layers.map(({ node }) => node));
  return layers.flatMap((second) => {
    const value = second.data;
    const maker = lookup.producer.get(value);
    const activation = maker?.op === "Relu" ? maker : undefined;
    const source = activation ? lookup.producer.get(activation.inputs[0]!) : maker;
    const first = source && weightedNode(source, lookup);
    if (first?.node.op !== "Conv" || second.node.op !== "Conv") return [];
    const between = activation ? [first.node.outputs[0]!, value] : [value];
    if (!between.every((name) => isPrivate(name, lookup)) || !ownWeights(first, second, lookup)) return [];
    const grouped = intAttribute(second.node, "group", 1);
    const channels = first.weight.dims[0]!;
    const follows = grouped === 1 || (grouped === channels && second.weight.dims[1] === 1);
    return follows && quantized.has(second.node) ? [{ first, second, value }] : [];
  });
}

function isPrivate(name: string, { consumers, outputs }: Lookup): boolean {
  return consumers.get(name)?.length === 1 && !outputs.has(name);
}

/** Weights that another layer shares can't be scaled for one. */
function ownWeights(first: WeightedNode, second: WeightedNode, { consumers }: Lookup): boolean {
  const names = [first.weight.name, second.weight.name, ...(first.bias ? [first.bias.name] : [])];
  return names.every((name) => consumers.get(name)?.length === 1);
}

/** Runs samples through the float model with each pair's largest |value| by channel as outputs. */
export async function channelRanges(
  model: Model,
  pairs: readonly EqualizablePair[],
  samples: ModelSamples,
  runtime: ModelRuntime,
): Promise<ChannelRanges> {
  const newName = nameMaker(model);
  const outputs = pairs.map(({ value }) => ({
    value,
    absolute: newName(`${value}_abs`),
    peak: newName(`${value}_peak`),
  }));
  const nodes = outputs.flatMap(({ value, absolute, peak }) => [
    makeNode("Abs", newName(`${value}_take_abs`), [value], [absolute]),
    makeNode("GlobalMaxPool", newName(`${value}_take_peak`), [absolute], [peak]),
  ]);
  const graph: Graph = {
    ...model.graph,
    nodes: [...model.graph.nodes, ...nodes],
    outputs: outputs.map(({ peak }) => ({ name: peak, type: undefined })),
  };
  const byPeak = new Map(outputs.map(({ value, peak }) => [peak, value]));
  const ranges = new Map<string, Float32Array>();
  await runtime.observe(writeModel({ ...model, graph }), samples, (peak, data, dims) => {
    const value = byPeak.get(peak)!;
    const channels = dims[1]!;
    const range = ranges.get(value) ?? new Float32Array(channels);
    data.forEach((each, at) => {
      range[at % channels] = Math.max(range[at % channels]!, each);
    });
    ranges.set(value, range);
  });
  return ranges;
}

export function equalized(model: Model, pairs: readonly EqualizablePair[], ranges: ChannelRanges): Model {
  const newName = nameMaker(model);
  const scaled = new Map<string, Float32Array>();
  const current = (tensor: Tensor) => scaled.get(tensor.name) ?? floats(tensor);
  for (const { first, second, value } of pairs) {
    const range = ranges.get(value);
    if (range === undefined) continue;
    const depthwise = intAttribute(second.node, "group", 1) > 1;
    const after = current(second.weight);
    const factors = factorsOf(range, depthwise ? undefined : inputPeaks(after, second.weight.dims));
    scaled.set(first.weight.name, byOutput(current(first.weight), factors));
    if (first.bias) scaled.set(first.bias.name, byOutput(current(first.bias), factors));
    const inverse = factors.map((factor) => 1 / factor);
    scaled.set(second.weight.name, depthwise ? byOutput(after, inverse) : byInput(after, second.weight.dims, inverse));
  }
  const renamed = new Map([...scaled.keys()].map((name) => [name, newName(`${name}_equalized`)]));
  const dims = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor.dims]));
  const added = [...scaled].map(([name, values]) => floatTensor(renamed.get(name)!, dims.get(name)!, values));
  const nodes = model.graph.nodes.map((node): Node => {
    const inputs = node.inputs.map((name) => renamed.get(name) ?? name);
    return inputs.some((name, at) => name !== node.inputs[at]) ? { ...node, inputs } : node;
  });
  return { ...model, graph: pruned({ ...model.graph, nodes, initializers: [...model.graph.initializers, ...added] }) };
}

/**
 * Factor by channel. Before a depthwise layer, whose weights have a scale for each channel, up to the common range; before a
 * dense one half of the way, since input channels share a weight's scale there: equal shares of both ranges.
 */
function factorsOf(range: Float32Array, weightPeaks: Float32Array | undefined): Float32Array {
  const common = range.reduce((a, b) => Math.max(a, b), 0);
  const heaviest = weightPeaks?.reduce((a, b) => Math.max(a, b), 0) ?? 0;
  return range.map((own, channel) => {
    if (own <= 0 || (weightPeaks && !(weightPeaks[channel]! > 0))) return 1;
    const full = common / own;
    const share = weightPeaks === undefined ? full : Math.sqrt((full * weightPeaks[channel]!) / heaviest);
    return Math.min(Math.max(share, 1 / FACTOR_MAX), full, FACTOR_MAX);
  });
}

/** Largest |weight| by input channel of [M, C, ...kernel]. */
function inputPeaks(weight: Float32Array, dims: readonly number[]): Float32Array {
  const peaks = new Float32Array(dims[1]!);
  const taps = elementCount(dims.slice(2));
  weight.forEach((value, at) => {
    const channel = Math.floor(at / taps) % peaks.length;
    peaks[channel] = Math.max(peaks[channel]!, Math.abs(value));
  });
  return peaks;
}

function byOutput(values: Float32Array, factors: Float32Array): Float32Array {
  const inner = values.length / factors.length;
  return values.map((value, at) => value * factors[Math.floor(at / inner)]!);
}

function byInput(values: Float32Array, dims: readonly number[], factors: Float32Array): Float32Array {
  const taps = elementCount(dims.slice(2));
  return values.map((value, at) => value * factors[Math.floor(at / taps) % factors.length]!);
}
