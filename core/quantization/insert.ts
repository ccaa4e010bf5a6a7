// graph + ranges -> graph with QuantizeLinear and DequantizeLinear around its integer nodes (the QDQ form):
//   Conv(x, w, b) -> Clip   becomes   DQ(x) , DQ(w int8), DQ(b int32) -> Conv -> Q -> DQ
// The dequantized value keeps the old name where an integer node makes it, so its users and the outputs stay as they were.
import { int, makeNode } from "../onnx/attributes.ts";
import type { Graph, Model, Node, Tensor } from "../onnx/graph.ts";
import { type Lookup, lookupOf, nameMaker, pruned } from "../onnx/lookup.ts";
import { floats, tensorOf } from "../onnx/tensor-data.ts";
import { type Affine, activationAffine } from "./arithmetic.ts";
import { isDeadActivation } from "./dead-activation.ts";
import type { Range } from "./observer.ts";
import { type Selection, type WeightedNode, weightedNode } from "./select.ts";
import { type QuantizedWeight, quantizeBias } from "./weights.ts";

export interface Inserted {
  readonly model: Model;
  /** Of each layer, in graph order. */
  readonly layers: readonly InsertedLayer[];
}

export interface InsertedLayer {
  readonly layer: WeightedNode;
  readonly weight: QuantizedWeight;
  /** What its bias was lowered by. */
  readonly correction: Float32Array | undefined;
  /** The value that it gets as data. */
  readonly data: string;
}

export interface InsertOptions {
  /** Signed activations hold the same values, 128 lower. */
  readonly activations: "int8" | "uint8";
  /** A layer's int8 weight, given the scale of its input and its bias. */
  readonly weightOf: (layer: WeightedNode, inputScale: number, bias: Float32Array | undefined) => QuantizedWeight;
  /** What a layer's bias is lowered by, by output channel, given its quantized weight; see bias-correction.ts. */
  readonly biasCorrection?: (layer: WeightedNode, weight: QuantizedWeight) => Float32Array | undefined;
}

const SIGN_OFFSET = 128;

interface Building {
  readonly newName: (wanted: string) => string;
  readonly lookup: Lookup;
  readonly affines: ReadonlyMap<string, Affine>;
  readonly nodes: Node[];
  readonly initializers: Tensor[];
  /** Value -> the name of its dequantized copy, for users that compute in int8. */
  readonly copies: Map<string, string>;
  /** Weight -> what was written of it: layers that share one share the integers, too. */
  readonly constants: Map<string, { readonly weight: QuantizedWeight; readonly output: string }[]>;
  readonly layers: InsertedLayer[];
  readonly activations: InsertOptions["activations"];
}

/** `ranges` holds one for each value that selection.quantized points at. */
export function insertQuantization(
  model: Model,
  selection: Selection,
  ranges: ReadonlyMap<string, Range>,
  options: InsertOptions,
): Inserted {
  const { graph } = model;
  const affines = new Map<string, Affine>();
  for (const [value, root] of selection.quantized) {
    const range = ranges.get(root);
    if (range === undefined) throw new Error(`Expected a range of ${root}`);
    affines.set(value, activationAffine(range.low, range.high));
  }
  const building: Building = {
    newName: nameMaker(model),
    lookup: lookupOf(graph, model.ir_version),
    affines,
    nodes: [],
    initializers: [...graph.initializers],
    copies: new Map(),
    constants: new Map(),
    layers: [],
    activations: options.activations,
  };
  for (const { name } of graph.inputs) if (affines.has(name)) addCopy(building, name);
  for (const { name } of graph.initializers) if (affines.has(name)) addCopy(building, name);
  for (const node of graph.nodes) insertNode(building, node, selection, options);
  const built = pruned(withoutStaleTypes({ ...graph, ...building }, affines));
  return { model: { ...model, graph: built }, layers: building.layers };
}

function insertNode(building: Building, node: Node, selection: Selection, options: InsertOptions): void {
  const { nodes, affines, lookup, copies } = building;
  const isInteger = selection.weighted.has(node) || selection.others.has(node);
  if (!isInteger) {
    nodes.push(node);
    for (const output of node.outputs) if (affines.has(output)) addCopy(building, output);
    return;
  }
  const layer = selection.weighted.has(node) ? weightedNode(node, lookup) : undefined;
  const inputs = layer ? weightedInputs(building, layer, options) : node.inputs.map((name) => copies.get(name) ?? name);
  const output = node.outputs[0]!;
  const affine = affines.get(output);
  if (affine === undefined) {
    nodes.push({ ...node, inputs });
    return;
  }
  // The activation's input was made by an integer node just before and is not quantized itself.
  if (isDeadActivation(node, affine, lookup) && !affines.has(node.inputs[0]!)) {
    addPair(building, node.inputs[0]!, output, affine);
    return;
  }
  const raw = building.newName(`${output}_fp32`);
  nodes.push({ ...node, inputs, outputs: [raw, ...node.outputs.slice(1)] });
  addPair(building, raw, output, affine);
}

/** A dequantized copy beside a value that a float node makes: float users keep the exact one. */
function addCopy(building: Building, name: string): void {
  const copy = building.newName(`${name}_dequantized`);
  addPair(building, name, copy, building.affines.get(name)!);
  building.copies.set(name, copy);
}

/** from -> QuantizeLinear -> DequantizeLinear -> to. */
function addPair(building: Building, from: string, to: string, affine: Affine): void {
  const { newName, nodes, initializers } = building;
  const scale = newName(`${to}_scale`);
  const zero = newName(`${to}_zero_point`);
  const integers = newName(`${to}_quantized`);
  initializers.push(tensorOf(scale, "float32", [], Float32Array.of(affine.scale)));
  const zeroPoint =
    building.activations === "uint8" ? Uint8Array.of(affine.zero_point) : Int8Array.of(affine.zero_point - SIGN_OFFSET);
  initializers.push(tensorOf(zero, building.activations, [], zeroPoint));
  nodes.push(makeNode("QuantizeLinear", newName(`${to}_quantize`), [from, scale, zero], [integers]));
  nodes.push(makeNode("DequantizeLinear", newName(`${to}_dequantize`), [integers, scale, zero], [to]));
}

function weightedInputs(building: Building, layer: WeightedNode, options: InsertOptions): string[] {
  const { copies, affines } = building;
  const { weight, channel_axis, bias, data } = layer;
  const inputScale = affines.get(data)!.scale;
  const biasValues = bias && floats(bias);
  const quantized = options.weightOf(layer, inputScale, biasValues);
  const correction = options.biasCorrection?.(layer, quantized);
  const inputs = [copies.get(data) ?? data, weightConstant(building, layer, quantized)];
  building.layers.push({ layer, weight: quantized, correction, data: inputs[0]! });
  if (layer.node.op === "MatMul" || (biasValues === undefined && correction === undefined)) return inputs;
  const channels = weight.dims[channel_axis]!;
  const corrected = Float32Array.from(
    { length: channels },
    (_, channel) => (biasValues?.[channel] ?? 0) - (correction?.[channel] ?? 0),
  );
  return [...inputs, biasConstant(building, layer, corrected, inputScale, quantized.scales)];
}

function weightConstant(building: Building, layer: WeightedNode, weight: QuantizedWeight): string {
  const { newName, initializers, nodes, constants } = building;
  const { name, dims } = layer.weight;
  const { values, scales } = weight;
  const written = constants.get(name) ?? [];
  const same = written.find((other) => isEqual(other.weight, weight));
  if (same !== undefined) return same.output;
  const output = newName(`${name}_dequantized`);
  const integers = tensorOf(newName(`${name}_quantized`), "int8", dims, values);
  const shape = scales.length === 1 ? [] : [scales.length];
  const scale = tensorOf(newName(`${name}_scale`), "float32", shape, scales);
  const zero = tensorOf(newName(`${name}_zero_point`), "int8", shape, new Int8Array(scales.length));
  initializers.push(integers, scale, zero);
  const attributes = scales.length === 1 ? {} : { axis: int(layer.channel_axis) };
  const inputs = [integers.name, scale.name, zero.name];
  nodes.push(makeNode("DequantizeLinear", newName(`${name}_dequantize`), inputs, [output], attributes));
  constants.set(name, [...written, { weight, output }]);
  return output;
}

function isEqual(a: QuantizedWeight, b: QuantizedWeight): boolean {
  const alike = (one: ArrayLike<number>, other: ArrayLike<number>) =>
    one.length === other.length && Array.prototype.every.call(one, (value, at) => value === other[at]);
  return alike(a.scales, b.scales) && alike(a.values, b.values);
}

function biasConstant(
  building: Building,
  layer: WeightedNode,
  bias: Float32Array,
  inputScale: number,
  weightScales: Float32Array,
): string {
  const { newName, initializers, nodes } = building;
  const name = layer.bias?.name ?? `${layer.weight.name}_bias`;
  const { values, scales } = quantizeBias(bias, inputScale, weightScales);
  const output = newName(`${name}_dequantized`);
  const integers = tensorOf(newName(`${name}_quantized`), "int32", [bias.length], values);
  const shape = scales.length === 1 ? [] : [scales.length];
  const scale = tensorOf(newName(`${name}_scale`), "float32", shape, scales);
  // No zero point: ONNX takes 0, and runtimes fuse the same. Four bytes a channel were a sixteenth of a file of 1.5 MB.
  initializers.push(integers, scale);
  const attributes = scales.length === 1 ? {} : { axis: int(0) };
  const inputs = [integers.name, scale.name];
  nodes.push(makeNode("DequantizeLinear", newName(`${name}_dequantize`), inputs, [output], attributes));
  return output;
}

/** The graph without the builder's own fields. */
function withoutStaleTypes(built: Graph & Building, affines: ReadonlyMap<string, Affine>): Graph {
  const { name, nodes, initializers, inputs, outputs } = built;
  return {
    name,
    nodes,
    initializers,
    inputs,
    outputs,
    values: built.values.filter((value) => !affines.has(value.name)),
  };
}
