// Second moments of what a layer's weights multiply: the covariance of its inputs over positions and samples. The runtime
// computes them: patches as a convolution with one-hot kernels, and their product with themselves. Constant memory.
import { int, intAttribute, intsAttribute, makeNode } from "../onnx/attributes.ts";
import type { Graph, Model, Node, Tensor } from "../onnx/graph.ts";
import { nameMaker } from "../onnx/lookup.ts";
import { elementCount, floatTensor, int64Tensor } from "../onnx/tensor-data.ts";
import { writeModel } from "../onnx/write-model.ts";
import { type ReductionOrder, reductionOrder } from "./reduction-order.ts";
import type { ModelRuntime, ModelSamples } from "./runtime.ts";
import type { WeightedNode } from "./select.ts";

/** By group: covariance [length, length] in the order of the reduction. Rows of one layer's groups one after the other. */
export interface InputMoments {
  readonly groups: number;
  readonly length: number;
  readonly covariance: Float32Array;
}

export interface InputSpread {
  readonly covariance: Float32Array;
  /** Its diagonal. */
  readonly variances: Float64Array;
}

/** Layers with more products than this for each output keep nearest rounding: a covariance is the square of it. */
const LENGTH_MAX = 1536;
/**
 * Share of what covariances say that is believed: of 0.4, 0.7 and 1, it came closest on held-out pictures (EfficientNet-Lite0,
 * 224 px, 1000 classes, 240 samples, n = 150: KL 0.0027, 0.0024, 0.0024, and 0.0031 for nearest rounding).
 */
const BELIEF = 0.7;
/** Elements of all covariances together; layers beyond it keep nearest rounding. */
const ELEMENTS_MAX = 24_000_000;

/** What one output channel's weights multiply. */
export function spreadOf(moments: InputMoments, channel: number, order: ReductionOrder): InputSpread {
  const { groups, length, covariance } = moments;
  const group = Math.floor(channel / (order.channels / groups));
  const own = covariance.subarray(group * length * length, (group + 1) * length * length);
  return { covariance: own, variances: Float64Array.from({ length }, (_, at) => own[at * (length + 1)]!) };
}

/** Moments by the layer's node, of those layers that are small enough. Samples come one at a time: batches have none. */
export async function inputMoments(
  model: Model,
  layers: readonly WeightedNode[],
  samples: ModelSamples,
  runtime: ModelRuntime,
): Promise<ReadonlyMap<Node, InputMoments>> {
  if ((await samples.input(0)).dims[0] !== 1) return new Map();
  const probes = probesOf(model, layers);
  const sums = new Map(probes.map((probe) => [probe, emptySums(probe)]));
  const byOutput = new Map(probes.flatMap((probe) => Object.values(probe.outputs).map((name) => [name, probe])));
  const probing = { ...model, graph: probingGraph(model.graph, probes) };
  await runtime.observe(writeModel(probing), samples, (value, data, dims) => {
    const probe = byOutput.get(value)!;
    const sum = sums.get(probe)!;
    if (value === probe.outputs.positions) sum.positions += dims.at(-1)!;
    else addTo(value === probe.outputs.products ? sum.products : sum.means, data);
  });
  return new Map(probes.map((probe) => [probe.layer.node, covarianceOf(probe, sums.get(probe)!, samples.count)]));
}

interface Probe {
  readonly layer: WeightedNode;
  readonly groups: number;
  readonly length: number;
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  readonly outputs: { readonly products: string; readonly means: string; readonly positions: string };
}

interface Sums {
  readonly products: Float32Array;
  readonly means: Float32Array;
  positions: number;
}

function emptySums({ groups, length }: Probe): Sums {
  return {
    products: new Float32Array(groups * length * length),
    means: new Float32Array(groups * length),
    positions: 0,
  };
}

function addTo(sums: Float32Array, values: Float32Array): void {
  for (let at = 0; at < sums.length; at += 1) sums[at]! += values[at]!;
}

function probesOf(model: Model, layers: readonly WeightedNode[]): Probe[] {
  const newName = nameMaker(model);
  let elements = 0;
  return layers.flatMap((layer) => {
    const { weight, channel_axis, node } = layer;
    const length = elementCount(weight.dims) / weight.dims[channel_axis]!;
    const groups = node.op === "Conv" ? intAttribute(node, "group", 1) : 1;
    // A depthwise layer's few weights gain little, and its patches would take most of the memory.
    const known = node.op !== "Conv" || (weight.dims.length === 4 && weight.dims[1]! > 1);
    if (!known || length > LENGTH_MAX || elements + groups * length * length > ELEMENTS_MAX) return [];
    elements += groups * length * length;
    return [probeOf(layer, groups, length, newName)];
  });
}

/** columns: [groups * length, positions]; products: columns by their transpose, group by group. */
function probeOf(layer: WeightedNode, groups: number, length: number, newName: (wanted: string) => string): Probe {
  const { node, data } = layer;
  const name = (part: string) => newName(`${node.outputs[0]!}_${part}`);
  const [columns, grouped, turned, products, means, positions] = [
    "columns",
    "grouped",
    "turned",
    "products",
    "means",
    "positions",
  ].map(name) as [string, string, string, string, string, string];
  const shape = int64Tensor(name("grouped_shape"), [groups, length, -1]);
  const flat = int64Tensor(name("columns_shape"), [1, groups * length, -1]);
  const [start, end, axis] = [0, 1, 1].map((value, at) => int64Tensor(name(`slice_${at}`), [value]));
  const front = node.op === "Conv" ? patches(layer, name) : rowsAsColumns(data, length, name);
  const nodes = [
    ...front.nodes,
    makeNode("Reshape", name("to_columns"), [front.output, flat.name], [columns]),
    makeNode("Reshape", name("to_groups"), [front.output, shape.name], [grouped]),
    makeNode("Transpose", name("turn"), [grouped], [turned], { perm: { kind: "ints", value: [0n, 2n, 1n] } }),
    makeNode("MatMul", name("multiply"), [grouped, turned], [products]),
    makeNode("GlobalAveragePool", name("average"), [columns], [means]),
    makeNode("Slice", name("count"), [columns, start!.name, end!.name, axis!.name], [positions]),
  ];
  const initializers = [...front.initializers, shape, flat, start!, end!, axis!];
  return { layer, groups, length, nodes, initializers, outputs: { products, means, positions } };
}

interface Front {
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  readonly output: string;
}

/** [1, C, H, W] -> [1, C * taps, rows, columns]: what each kernel tap of each channel sees. */
function patches({ node, weight, data }: WeightedNode, name: (part: string) => string): Front {
  const [, perGroup, height, width] = weight.dims as [number, number, number, number];
  const taps = height * width;
  const strides = intsAttribute(node, "strides") ?? [1, 1];
  const pads = intsAttribute(node, "pads") ?? [0];
  if (taps === 1 && strides.every((each) => each === 1) && pads.every((each) => each === 0)) {
    return { nodes: [], initializers: [], output: data };
  }
  const channels = perGroup * intAttribute(node, "group", 1);
  const kernel = new Float32Array(channels * taps * taps);
  for (let row = 0; row < channels * taps; row += 1) kernel[row * taps + (row % taps)] = 1;
  const tensor = floatTensor(name("taps"), [channels * taps, 1, height, width], kernel);
  const attributes = new Map(node.attributes).set("group", int(channels));
  const output = name("patches");
  const conv = { ...makeNode("Conv", name("take_patches"), [data, tensor.name], [output]), attributes };
  return { nodes: [conv], initializers: [tensor], output };
}

/** [..., length] -> [length, rows]. */
function rowsAsColumns(data: string, length: number, name: (part: string) => string): Front {
  const shape = int64Tensor(name("rows_shape"), [-1, length]);
  const [rows, output] = [name("rows"), name("rows_turned")];
  const nodes = [
    makeNode("Reshape", name("to_rows"), [data, shape.name], [rows]),
    makeNode("Transpose", name("turn_rows"), [rows], [output], { perm: { kind: "ints", value: [1n, 0n] } }),
  ];
  return { nodes, initializers: [shape], output };
}

function probingGraph(graph: Graph, probes: readonly Probe[]): Graph {
  const outputs = probes.flatMap(({ outputs: { products, means, positions } }) =>
    [products, means, positions].map((name) => ({ name, type: undefined })),
  );
  return {
    ...graph,
    nodes: [...graph.nodes, ...probes.flatMap(({ nodes }) => nodes)],
    initializers: [...graph.initializers, ...probes.flatMap(({ initializers }) => initializers)],
    outputs,
  };
}

/**
 * Covariance in the order of the reduction, shrunk towards its diagonal by length / (length + positions), as few positions
 * say little of many products (the idea of Ledoit and Wolf 2004, with a fixed weight). Centred, since biases take the mean out.
 */
function covarianceOf({ layer, groups, length }: Probe, sums: Sums, samples: number): InputMoments {
  const { products, means, positions } = sums;
  const { offsets } = reductionOrder(layer.node, layer.weight.dims, layer.channel_axis);
  const place = layer.node.op === "Conv" ? offsets : Int32Array.from(offsets, (_, at) => at);
  const kept = (BELIEF * positions) / (positions + length);
  const covariance = new Float32Array(products.length);
  for (let group = 0; group < groups; group += 1) {
    const start = group * length * length;
    const mean = (at: number) => means[group * length + at]! / samples;
    for (let row = 0; row < length; row += 1) {
      const from = place[row]!;
      for (let column = 0; column < length; column += 1) {
        const other = place[column]!;
        const value = products[start + from * length + other]! / positions - mean(from) * mean(other);
        covariance[start + row * length + column] = row === column ? Math.max(0, value) : value * kept;
      }
    }
  }
  return { groups, length, covariance };
}
