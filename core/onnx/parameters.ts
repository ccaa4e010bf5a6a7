// Parameters of a network: elements of its initializers, but for scales and zero points, shapes and other indices.
import type { ElementType, Graph } from "./graph.ts";

const WEIGHT_TYPES: ReadonlySet<ElementType> = new Set([
  "bfloat16",
  "float16",
  "float32",
  "float64",
  "int8",
  "int32",
  "uint8",
]);

/** Input positions that hold scales and zero points, by operator. */
const SCALE_INPUTS: Readonly<Record<string, readonly number[]>> = {
  ConvInteger: [2, 3],
  DequantizeLinear: [1, 2],
  MatMulInteger: [2, 3],
  QLinearConv: [1, 2, 4, 5, 6, 7],
  QLinearMatMul: [1, 2, 4, 5, 6, 7],
  QuantizeLinear: [1, 2],
};

/** Subgraphs are not counted. */
export function parametersOf(graph: Graph): number {
  const scales = new Set(
    graph.nodes.flatMap(({ op, inputs }) => (SCALE_INPUTS[op] ?? []).map((position) => inputs[position] ?? "")),
  );
  return graph.initializers
    .filter(({ name, type, dims }) => dims.length > 0 && WEIGHT_TYPES.has(type) && !scales.has(name))
    .reduce((sum, { dims }) => sum + dims.reduce((product, size) => product * size, 1), 0);
}
