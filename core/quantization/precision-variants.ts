// Sets of layers that may be faster in fp32, or as fast and closer to fp32: prefixes, where channels are few; whole stages, where
// activations have no integer kernel; squeeze-and-excite branches and the classifier, too small to repay conversions. Single
// layers are no variants: short timings of many of them pick noise.
import { intsAttribute } from "../onnx/attributes.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { type Lookup, lookupOf } from "../onnx/lookup.ts";
import { floatPrefix } from "./prefix.ts";
import { type WeightedNode, weightedNode } from "./select.ts";

export interface PrecisionVariant {
  readonly name: string;
  /** First outputs of the layers that stay in fp32. */
  readonly fp32_nodes: readonly string[];
}

export interface PrecisionVariants {
  /** How many layers there are: at least one stays in int8. */
  readonly layers: number;
  /** The fixed rule, which is taken where nothing is measured. */
  readonly standard: PrecisionVariant;
  /** From none on, each a layer longer. */
  readonly prefixes: readonly PrecisionVariant[];
  /** What may be added to a prefix. */
  readonly parts: readonly PrecisionVariant[];
}

const PREFIX_MAX = 4;

/** `graph`: in the form that is quantized. */
export function precisionVariants(graph: Graph, irVersion: number): PrecisionVariants {
  const lookup = lookupOf(graph, irVersion);
  const layers = graph.nodes.flatMap((node) => weightedNode(node, lookup) ?? []);
  const nameOf = ({ node }: WeightedNode) => node.outputs[0]!;
  const longest = Math.min(PREFIX_MAX, layers.length - 1);
  const prefixes = Array.from({ length: longest + 1 }, (_, length) => ({
    name: length === 0 ? "no layer" : length === 1 ? "the first layer" : `the first ${length} layers`,
    fp32_nodes: layers.slice(0, length).map(nameOf),
  }));
  const rule = floatPrefix(graph, irVersion);
  const standard = prefixes.find(({ fp32_nodes }) => fp32_nodes.join() === rule.join()) ?? {
    name: "the rule's layers",
    fp32_nodes: rule,
  };
  const stages = stagesOf(layers);
  const squeezed = layers.filter(({ node }) => isSqueezed(node, lookup));
  const last = layers.at(-1)!;
  const parts = [
    { name: "squeeze-and-excite", fp32_nodes: squeezed.map(nameOf) },
    { name: "the classifier", fp32_nodes: last.node.op === "Conv" ? [] : [nameOf(last)] },
    ...stages.map((stage, at) => ({ name: `stage ${at + 1}`, fp32_nodes: stage.map(nameOf) })),
  ];
  const whole = (part: PrecisionVariant) => part.fp32_nodes.length >= layers.length;
  return {
    layers: layers.length,
    standard,
    prefixes,
    parts: parts.filter((part) => part.fp32_nodes.length > 0 && !whole(part)),
  };
}

/** Layers from one that halves the resolution to the next. */
function stagesOf(layers: readonly WeightedNode[]): WeightedNode[][] {
  const stages: WeightedNode[][] = [[]];
  for (const layer of layers) {
    if (layer.node.op !== "Conv") continue;
    const strided = intsAttribute(layer.node, "strides")?.some((stride) => stride > 1) ?? false;
    if (strided && stages.at(-1)!.length > 0) stages.push([]);
    stages.at(-1)!.push(layer);
  }
  return stages.filter((stage) => stage.length > 0);
}

/** Whether a layer stands between a global pooling and a product: it weighs channels. */
function isSqueezed(layer: Node, lookup: Lookup): boolean {
  return (
    reaches(layer, (node) => before(node, lookup), "GlobalAveragePool") &&
    reaches(layer, (node) => after(node, lookup), "Mul")
  );
}

/** How far is looked: a squeeze-and-excite branch has about five nodes. */
const BRANCH_MAX = 8;

function reaches(from: Node, next: (node: Node) => Node | undefined, op: string): boolean {
  let node = next(from);
  for (let steps = 0; node !== undefined && steps < BRANCH_MAX; steps += 1) {
    if (node.op === op) return true;
    node = next(node);
  }
  return false;
}

function before(node: Node, { producer }: Lookup): Node | undefined {
  return producer.get(node.inputs[0]!);
}

function after(node: Node, { consumers }: Lookup): Node | undefined {
  const users = consumers.get(node.outputs[0]!) ?? [];
  return users.length === 1 ? users[0] : users.find(({ op }) => op === "Mul");
}
