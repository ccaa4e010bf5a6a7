// Brings a graph into the form that the quantizer expects, without changing what it computes:
// Constant node -> initializer; Identity -> its input; Pad, BatchNormalization and the normalisation's scale into Conv;
// ReduceMean over height and width -> GlobalAveragePool.
import { int, intAttribute, intsAttribute, makeNode } from "../onnx/attributes.ts";
import type { Graph, Model, Node, Tensor } from "../onnx/graph.ts";
import { lookupOf, nameMaker, pruned } from "../onnx/lookup.ts";
import { subgraphsOf } from "../onnx/sort-graph.ts";
import { floatTensor, int64Tensor, integersOf } from "../onnx/tensor-data.ts";
import { foldInputScale } from "./fold-input-scale.ts";
import { foldBatchNorms, foldPads } from "./fold-into-conv.ts";

export function simplified(model: Model): Model {
  let current = model;
  for (const pass of [liftConstants, skipIdentities, foldPads, foldBatchNorms, foldInputScale, poolInsteadOfMean]) {
    current = Object.assign({}, current, { graph: pruned(pass(current)) });
  }
  return current;
}

/** Constant() -> initializer. */
function liftConstants({ graph }: Model): Graph {
  const lifted: Tensor[] = [];
  const nodes = graph.nodes.filter((node) => {
    const tensor = node.op === "Constant" && node.domain === "" ? constantOf(node) : undefined;
    const isOutput = graph.outputs.some(({ name }) => name === node.outputs[0]);
    if (tensor === undefined || isOutput) return true;
    lifted.push(tensor);
    return false;
  });
  return { ...graph, nodes, initializers: [...graph.initializers, ...lifted] };
}

function constantOf(node: Node): Tensor | undefined {
  const name = node.outputs[0]!;
  const value = node.attributes.get("value");
  if (value?.kind === "tensor") return { ...value.value, name };
  const float = node.attributes.get("value_float");
  if (float?.kind === "float") return floatTensor(name, [], [float.value]);
  const integers = intsAttribute(node, "value_ints");
  return integers && int64Tensor(name, integers);
}

/** Identity(x) -> x, but for graph outputs and values that subgraphs may name. */
function skipIdentities({ graph }: Model): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  if (graph.nodes.some((node) => subgraphsOf(node).length > 0)) return graph;
  const source = new Map<string, string>();
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => source.get(name) ?? name);
    const isCopy = node.domain === "" && (node.op === "Identity" || isInferenceDropout(node));
    if (isCopy && !outputs.has(node.outputs[0]!)) source.set(node.outputs[0]!, inputs[0]!);
    else nodes.push({ ...node, inputs });
  }
  return { ...graph, nodes };
}

function isInferenceDropout(node: Node): boolean {
  return node.op === "Dropout" && node.inputs.length === 1 && (node.outputs[1] ?? "") === "";
}

/** ReduceMean(x: [N, C, H, W], axes = [2, 3]) -> GlobalAveragePool(x), reshaped where the axes go; it has an int8 kernel. */
function poolInsteadOfMean(model: Model): Graph {
  const { graph } = model;
  const { constants } = lookupOf(graph, model.ir_version);
  const rank4 = ranksOf(graph);
  const newName = nameMaker(model);
  const initializers = [...graph.initializers];
  const nodes = graph.nodes.flatMap((node) => {
    if (node.op !== "ReduceMean" || node.domain !== "" || !rank4.has(node.inputs[0]!)) return [node];
    const axesInput = constants.get(node.inputs[1] ?? "");
    const axes = intsAttribute(node, "axes") ?? (axesInput && integersOf(axesInput));
    const spatial = axes?.map((axis) => (axis < 0 ? axis + 4 : axis)).sort();
    if (spatial?.join() !== "2,3") return [node];
    const pool = (output: string) => makeNode("GlobalAveragePool", node.name, [node.inputs[0]!], [output]);
    if (intAttribute(node, "keepdims", 1) === 1) return [pool(node.outputs[0]!)];
    const pooled = newName(`${node.outputs[0]!}_pooled`);
    const flatten = makeNode("Flatten", newName(`${node.name}_flatten`), [pooled], [node.outputs[0]!], {
      axis: int(1),
    });
    return [pool(pooled), flatten];
  });
  return { ...graph, nodes, initializers };
}

/** Values known to have four dimensions: what is declared so, and what convolutions over two dimensions make. */
function ranksOf(graph: Graph): Set<string> {
  const known = new Set<string>();
  for (const { name, type } of [...graph.inputs, ...graph.values]) {
    if (type?.kind === "tensor" && type.shape?.length === 4) known.add(name);
  }
  for (const node of graph.nodes) {
    const kernel = intsAttribute(node, "kernel_shape");
    if (node.op === "Conv" && kernel?.length === 2) known.add(node.outputs[0]!);
    const keepsRank = ["Clip", "Relu", "Add", "Mul", "HardSwish", "Sigmoid", "HardSigmoid"].includes(node.op);
    if (keepsRank && known.has(node.inputs[0]!)) known.add(node.outputs[0]!);
  }
  return known;
}
