// An image network's layers, read off its graph: float, or quantized in QDQ form. Shapes follow from the input's; activations
// that ONNX Runtime fuses into the layer before them cost nothing of their own.
import { DecantError } from "../errors/problem.ts";
import { intAttribute, intsAttribute } from "../onnx/attributes.ts";
import type { Graph, Model, Node } from "../onnx/graph.ts";
import { fedInputs, type Lookup, lookupOf } from "../onnx/lookup.ts";
import { simplified } from "../quantization/simplify.ts";
import type { LayerKind } from "../workflow/records/layer-times.ts";
import { type ChannelGroups, channelGroups } from "./channel-groups.ts";
import type { LayerNetwork, NetworkLayer } from "./layer.ts";

interface Value {
  readonly channels: number;
  /** Side in px; 1 behind the global pooling. */
  readonly size: number;
  readonly reduction: number | null;
  /** Of channels that change together. */
  readonly group: number;
  /** float: as float32 kernels read it. integers: behind DequantizeLinear. raw: an int8 kernel's output before QuantizeLinear. */
  readonly form: "float" | "integers" | "raw";
}

interface Trace {
  readonly lookup: Lookup;
  readonly groups: ChannelGroups;
  readonly values: Map<string, Value>;
  /** Constants behind DequantizeLinear, by its output: dims. */
  readonly weights: Map<string, readonly number[]>;
  readonly layers: Found[];
  /** Values that were counted as dequantized for a float operator. */
  readonly dequantized: Set<string>;
  /** Whether the pixels' own arithmetic has been counted. */
  input: boolean;
  convolved: boolean;
}

type Found = Omit<NetworkLayer, "inner"> & { readonly from: number; readonly to: number };

const FUSED = new Set(["Clip", "Relu"]);
const FLOAT_ACTIVATIONS = new Set(["Elu", "Gelu", "HardSigmoid", "HardSwish", "LeakyRelu", "PRelu", "Sigmoid", "Tanh"]);
/** Operators with an integer kernel (../quantization/select.ts). */
const INTEGER = new Set("Add AveragePool Conv Gemm GlobalAveragePool LeakyRelu MatMul MaxPool Mul Sigmoid".split(" "));
const POOLS: Readonly<Record<string, LayerKind>> = { AveragePool: "average-pool", MaxPool: "max-pool" };
const ELEMENTWISE: Readonly<Record<string, LayerKind>> = { Add: "add", Div: "multiply", Mul: "multiply", Sub: "add" };

/** Throws InvalidModel where the input is no image of fixed size. */
export function layersOf(given: Model): LayerNetwork {
  const model = simplified(given);
  const { graph } = model;
  const input = imageInput(graph);
  const groups = channelGroups();
  const pixels: Value = { ...input, reduction: 1, group: groups.begin(true), form: "float" };
  const trace: Trace = {
    lookup: lookupOf(graph, model.ir_version),
    groups,
    values: new Map([[input.name, pixels]]),
    weights: new Map(graph.initializers.map(({ name, dims }) => [name, dims])),
    layers: [],
    dequantized: new Set(),
    input: false,
    convolved: false,
  };
  for (const node of graph.nodes) follow(trace, node);
  const layers = trace.layers.map(({ from, to, ...layer }) => ({
    ...layer,
    inner: { inputs: groups.isInner(from) && layer.inputs > 1, outputs: groups.isInner(to) },
  }));
  return { input_size: input.size, layers };
}

function imageInput(graph: Graph): { name: string; channels: number; size: number } {
  const [input] = fedInputs(graph);
  const shape = input?.type?.kind === "tensor" ? input.type.shape : undefined;
  const [, channels, height, width] = shape ?? [];
  if (typeof channels === "number" && typeof height === "number" && height === width) {
    return { name: input!.name, channels, size: height };
  }
  const message = `expected an input [1, channels, side, side], got ${input?.name ?? "none"} [${(shape ?? []).join(", ")}]`;
  throw new DecantError("InvalidModel", message);
}

function follow(trace: Trace, node: Node): void {
  const { values, weights } = trace;
  const output = node.outputs[0]!;
  if (node.op === "DequantizeLinear" && weights.has(node.inputs[0]!)) {
    weights.set(output, weights.get(node.inputs[0]!)!);
    return;
  }
  const inputs = node.inputs.flatMap((name) => values.get(name) ?? []);
  const [first] = inputs;
  if (first === undefined) return;
  values.set(output, through(trace, node, inputs));
}

/** The node's output, with what the node costs added to the layers. */
function through(trace: Trace, node: Node, inputs: readonly Value[]): Value {
  const first = inputs[0]!;
  const { op } = node;
  if (op === "QuantizeLinear") {
    if (first.form === "float") addPlain(trace, node, "quantize", "int8", first);
    return { ...first, form: "integers" };
  }
  if (op === "DequantizeLinear") return { ...first, form: "integers" };
  if (op === "Conv") return convolution(trace, node, first);
  if (op === "Gemm" || op === "MatMul") return product(trace, node, first);
  if (op === "GlobalAveragePool") return pooledGlobally(trace, node, first);
  if (op in POOLS) return pooled(trace, node, first);
  if (op in ELEMENTWISE) return elementwise(trace, node, inputs);
  if (FLOAT_ACTIVATIONS.has(op)) {
    const form = computedIn(trace, node, inputs);
    addPlain(trace, node, "activation", form, first);
    return { ...first, form: form === "int8" ? "raw" : "float" };
  }
  if (op === "Concat") return { ...first, channels: inputs.reduce((sum, { channels }) => sum + channels, 0) };
  return first; // reshapes, casts and fused activations: the same values
}

/** int8 where the operator has such a kernel, every input is integers and the result is quantized, or is the network's output. */
function computedIn(trace: Trace, node: Node, inputs: readonly Value[]): "int8" | "fp32" {
  if (INTEGER.has(node.op) && inputs.every(({ form }) => form === "integers") && endsQuantized(trace, node))
    return "int8";
  for (const name of node.inputs) {
    const value = trace.values.get(name);
    if (value?.form !== "integers" || trace.dequantized.has(name)) continue;
    trace.dequantized.add(name);
    addPlain(trace, { ...node, name }, "dequantize", "int8", value);
  }
  return "fp32";
}

function endsQuantized({ lookup }: Trace, node: Node): boolean {
  const [next] = lookup.consumers.get(node.outputs[0]!) ?? [];
  if (next === undefined) return true;
  if (next.op === "QuantizeLinear") return true;
  return FUSED.has(next.op) && lookup.consumers.get(next.outputs[0]!)?.[0]?.op === "QuantizeLinear";
}

function convolution(trace: Trace, node: Node, from: Value): Value {
  const dims = trace.weights.get(node.inputs[1]!) ?? [];
  const [outputs = 1, inputs = 1, kernel = 1] = dims;
  const stride = intsAttribute(node, "strides")?.[0] ?? 1;
  const grouped = intAttribute(node, "group", 1) > 1;
  const kind = !grouped ? "conv" : inputs === 1 && outputs === from.channels ? "depthwise" : "grouped";
  const precision = computedIn(trace, node, [from]);
  const isFirst = !trace.convolved;
  trace.convolved = true;
  const [top = 0, , bottom = 0] = intsAttribute(node, "pads") ?? [];
  const dilation = intsAttribute(node, "dilations")?.[0] ?? 1;
  const size = Math.floor((from.size + top + bottom - dilation * (kernel - 1) - 1) / stride) + 1;
  const to: Value = {
    channels: outputs,
    size,
    reduction: from.reduction === null ? null : from.reduction * stride,
    group: kind === "depthwise" ? from.group : trace.groups.begin(isFirst),
    form: precision === "int8" ? "raw" : "float",
  };
  add(trace, node, { kind, precision, kernel, stride, inputs }, from, to);
  return to;
}

function product(trace: Trace, node: Node, from: Value): Value {
  const [rows = 1, columns = 1] = trace.weights.get(node.inputs[1]!) ?? [];
  const transposed = node.op === "Gemm" && intAttribute(node, "transB", 0) === 1;
  const [inputs, outputs] = transposed ? [columns, rows] : [rows, columns];
  // A last product gives float32 from its integer kernel.
  const precision = computedIn(trace, node, [from]);
  const to: Value = {
    channels: outputs,
    size: 1,
    reduction: null,
    group: trace.groups.begin(true),
    form: precision === "int8" ? "raw" : "float",
  };
  add(trace, node, { kind: "gemm", precision, kernel: 1, stride: 1, inputs }, from, to);
  return to;
}

/** Its time is that of reading what it pools: the side of its input counts. */
function pooledGlobally(trace: Trace, node: Node, from: Value): Value {
  const precision = computedIn(trace, node, [from]);
  addPlain(trace, node, "global-average-pool", precision, from);
  return { ...from, size: 1, reduction: null, form: precision === "int8" ? "raw" : "float" };
}

function pooled(trace: Trace, node: Node, from: Value): Value {
  const kernel = intsAttribute(node, "kernel_shape")?.[0] ?? 1;
  const stride = intsAttribute(node, "strides")?.[0] ?? 1;
  const [top = 0, , bottom = 0] = intsAttribute(node, "pads") ?? [];
  const precision = computedIn(trace, node, [from]);
  const size = Math.floor((from.size + top + bottom - kernel) / stride) + 1;
  const reduction = from.reduction === null ? null : from.reduction * stride;
  const to: Value = { ...from, size, reduction, form: precision === "int8" ? "raw" : "float" };
  add(trace, node, { kind: POOLS[node.op]!, precision, kernel, stride, inputs: 1 }, from, to);
  return to;
}

function elementwise(trace: Trace, node: Node, inputs: readonly Value[]): Value {
  const [first] = inputs as [Value];
  if (!trace.convolved) {
    if (!trace.input) addPlain(trace, node, "input", "fp32", first);
    trace.input = true;
    return first;
  }
  const kind = ELEMENTWISE[node.op]!;
  const precision = computedIn(trace, node, inputs);
  const group = trace.groups.join(inputs.map((value) => value.group));
  const largest = inputs.reduce((a, b) => (b.size > a.size ? b : a));
  const to: Value = { ...largest, group, form: precision === "int8" ? "raw" : "float" };
  // ONNX Runtime's blocked float convolution adds a sum's other operand itself.
  const fused = precision === "fp32" && kind === "add" && inputs.length === 2 && addsIntoConvolution(trace, node);
  if (!fused && (inputs.length > 1 || kind === "multiply")) addPlain(trace, node, kind, precision, to);
  return to;
}

function addsIntoConvolution({ lookup }: Trace, node: Node): boolean {
  return node.inputs.some((name) => {
    return lookup.producer.get(name)?.op === "Conv" && lookup.consumers.get(name)?.length === 1;
  });
}

function addPlain(trace: Trace, node: Node, kind: LayerKind, precision: NetworkLayer["precision"], value: Value): void {
  add(trace, node, { kind, precision, kernel: 1, stride: 1, inputs: 1 }, value, value);
}

type Cost = Pick<NetworkLayer, "kind" | "precision" | "kernel" | "stride" | "inputs">;

function add(trace: Trace, node: Node, cost: Cost, from: Value, to: Value): void {
  trace.layers.push({
    name: node.name || node.outputs[0]!,
    ...cost,
    outputs: to.channels,
    output_size: to.size,
    reduction: to.reduction,
    from: from.group,
    to: to.group,
  });
}
