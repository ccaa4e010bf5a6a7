// Multiply-accumulate operations of one run: convolutions and matrix products, quantized or not. Shapes of values are
// asked for, so that no shape inference is needed: whoever ran the model knows them.
import type { Graph, Node } from "./graph.ts";

export type Shapes = (value: string) => readonly number[] | undefined;

/** Position of the weight among the inputs. */
const CONVOLUTIONS: Readonly<Record<string, number>> = { Conv: 1, ConvInteger: 1, QLinearConv: 3 };
const PRODUCTS: Readonly<Record<string, number>> = { Gemm: 0, MatMul: 0, MatMulInteger: 0, QLinearMatMul: 0 };

/** Values whose shapes `macsOf` asks for, initializers left out. */
export function shapesNeeded(graph: Graph): string[] {
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const needed = multiplying(graph).flatMap((node) => [node.outputs[0]!, operandOf(node)!]);
  return [...new Set(needed)].filter((name) => !constants.has(name));
}

/** undefined where a shape isn't known. Subgraphs are not counted. */
export function macsOf(graph: Graph, shapes: Shapes): number | undefined {
  const constants = new Map(graph.initializers.map(({ name, dims }) => [name, dims]));
  let sum = 0;
  for (const node of multiplying(graph)) {
    const output = shapes(node.outputs[0]!);
    const operand = constants.get(operandOf(node)!) ?? shapes(operandOf(node)!);
    if (output === undefined || operand === undefined) return undefined;
    sum += product(output) * perOutput(node, operand);
  }
  return sum;
}

/** A convolution's weight [out, in / groups, ...kernel], or a product's first factor [..., rows, inner]. */
function perOutput(node: Node, operand: readonly number[]): number {
  if (node.op in CONVOLUTIONS) return product(operand.slice(1));
  const transposed = node.attributes.get("transA");
  return (transposed?.kind === "int" && transposed.value === 1n ? operand[0] : operand.at(-1)) ?? 1;
}

function multiplying(graph: Graph): Node[] {
  return graph.nodes.filter((node) => operandOf(node) !== undefined);
}

function operandOf(node: Node): string | undefined {
  const position = CONVOLUTIONS[node.op] ?? PRODUCTS[node.op];
  return position === undefined ? undefined : node.inputs[position];
}

function product(dims: readonly number[]): number {
  return dims.reduce((result, size) => result * size, 1);
}
