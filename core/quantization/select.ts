// Which nodes compute in int8 and which values are quantized. A node is int8 when ONNX Runtime's CPU has an integer
// kernel for it and its inputs are quantized anyway; a lone one would only pay for conversions.
import { floatAttribute, intAttribute } from "../onnx/attributes.ts";
import type { Graph, Node, Tensor } from "../onnx/graph.ts";
import { type Lookup, lookupOf } from "../onnx/lookup.ts";

/** Integer kernels of several quantized inputs (onnxruntime/core/optimizer/qdq_transformer, CPU). */
const ELEMENTWISE = new Set(["Add", "AveragePool", "Concat", "GlobalAveragePool", "LeakyRelu", "Mul", "Sigmoid"]);
/** Output values are input values: they work on integers of the same scale. */
const PASS_THROUGH = new Set(["Flatten", "MaxPool", "Reshape", "Squeeze", "Transpose", "Unsqueeze"]);
/** Fused into the node before them, once their output is quantized. */
const ACTIVATIONS = new Set(["Clip", "Relu"]);

export interface Selection {
  /** Nodes with weights that compute in int8. */
  readonly weighted: ReadonlySet<Node>;
  /** Other nodes that compute in int8, activations and pass-through nodes included. */
  readonly others: ReadonlySet<Node>;
  /** Quantized values -> the value whose range they use (itself, or the source of pass-through nodes). */
  readonly quantized: ReadonlyMap<string, string>;
}

/** What weighs in a Conv, Gemm or MatMul: inputs of data, weight and bias by name. */
export interface WeightedNode {
  readonly node: Node;
  readonly data: string;
  readonly weight: Tensor;
  /** Axis of the weight that counts output channels. */
  readonly channel_axis: number;
  readonly bias: Tensor | undefined;
}

export function weightedNode(node: Node, { constants }: Lookup): WeightedNode | undefined {
  if (node.domain !== "") return undefined;
  const weight = constants.get(node.inputs[1] ?? "");
  const biasName = node.inputs[2] ?? "";
  const bias = constants.get(biasName);
  if (weight?.type !== "float32" || (biasName !== "" && bias?.type !== "float32")) return undefined;
  const data = node.inputs[0]!;
  const found = { node, data, weight, bias };
  if (node.op === "Conv" && weight.dims.length >= 3) return { ...found, channel_axis: 0 };
  if (node.op === "MatMul" && weight.dims.length === 2) return { ...found, channel_axis: 1 };
  const plain = floatAttribute(node, "alpha", 1) === 1 && floatAttribute(node, "beta", 1) === 1;
  const transposed = intAttribute(node, "transB", 0);
  if (node.op !== "Gemm" || !plain || intAttribute(node, "transA", 0) !== 0) return undefined;
  const channels = weight.dims[transposed === 1 ? 0 : 1];
  if (bias !== undefined && (bias.dims.length !== 1 || bias.dims[0] !== channels)) return undefined;
  return { ...found, channel_axis: transposed === 1 ? 0 : 1 };
}

/** `excluded`: nodes that stay in fp32, by name or first output. */
export function selectNodes(graph: Graph, irVersion: number, excluded: ReadonlySet<string>): Selection {
  const lookup = lookupOf(graph, irVersion);
  const weighted = new Set<Node>();
  const others = new Set<Node>();
  const quantized = new Map<string, string>();
  const allowed = (node: Node) => !excluded.has(node.name) && !excluded.has(node.outputs[0] ?? "");
  for (const node of graph.nodes) {
    const found = allowed(node) ? weightedNode(node, lookup) : undefined;
    if (found === undefined) continue;
    weighted.add(node);
    quantized.set(found.data, found.data);
  }
  for (const node of graph.nodes) {
    const output = node.outputs[0] ?? "";
    if (weighted.has(node)) {
      // A last Gemm or MatMul gives float32 from its integer kernel at no cost, and exact logits.
      const last = fusedOutput(node, lookup);
      if (node.op === "Conv" || quantized.has(last.output)) markOutput(last, quantized, others);
    } else if (isOwn(node, PASS_THROUGH) && allowed(node) && quantized.has(node.inputs[0]!)) {
      others.add(node);
      quantized.set(output, quantized.get(node.inputs[0]!)!);
    } else if (isOwn(node, ELEMENTWISE) && allowed(node) && dataInputs(node).every((name) => quantized.has(name))) {
      others.add(node);
      markOutput(fusedOutput(node, lookup), quantized, others);
    }
  }
  return { weighted, others, quantized };
}

interface FusedOutput {
  readonly output: string;
  readonly activation: Node | undefined;
}

/** The value to quantize: behind an activation that alone uses the node's output. */
function fusedOutput(node: Node, { consumers, outputs }: Lookup): FusedOutput {
  const output = node.outputs[0]!;
  const [next, ...more] = consumers.get(output) ?? [];
  const fuses = next !== undefined && more.length === 0 && !outputs.has(output) && isOwn(next, ACTIVATIONS);
  return fuses && next.inputs[0] === output
    ? { output: next.outputs[0]!, activation: next }
    : { output, activation: undefined };
}

function markOutput({ output, activation }: FusedOutput, quantized: Map<string, string>, others: Set<Node>): void {
  if (activation !== undefined) others.add(activation);
  quantized.set(output, output);
}

function isOwn(node: Node, operators: ReadonlySet<string>): boolean {
  return node.domain === "" && operators.has(node.op);
}

function dataInputs(node: Node): readonly string[] {
  return node.inputs.filter((name) => name !== "");
}
