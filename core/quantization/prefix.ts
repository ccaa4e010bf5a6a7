// The layers at the input that stay in fp32: the stem, and the depthwise convolution behind it where there is one. They
// have few channels, so int8 gains no time there, and their errors go through the whole network.
import { intAttribute } from "../onnx/attributes.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { lookupOf } from "../onnx/lookup.ts";
import { weightedNode } from "./select.ts";

/** First outputs of the nodes to leave in fp32; empty where the network doesn't start with one plain convolution. */
export function floatPrefix(graph: Graph, irVersion: number): readonly string[] {
  const lookup = lookupOf(graph, irVersion);
  const layers = graph.nodes.filter((node) => weightedNode(node, lookup) !== undefined);
  const [stem, second] = layers;
  if (stem?.op !== "Conv" || second?.op !== "Conv" || intAttribute(stem, "group", 1) !== 1) return [];
  if (!isDepthwise(second)) return [];
  return [stem.outputs[0]!, second.outputs[0]!];

  function isDepthwise(node: Node): boolean {
    const weight = weightedNode(node, lookup)!.weight;
    return intAttribute(node, "group", 1) === weight.dims[0] && weight.dims[1] === 1;
  }
}
