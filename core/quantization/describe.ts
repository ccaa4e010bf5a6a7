// What stands in a quantized file: nodes by operator and precision, conversions, and bytes by layer.
import type { Graph } from "../onnx/graph.ts";
import type { QuantizedOutput } from "../workflow/records/measurement.ts";

type Described = Pick<QuantizedOutput, "nodes" | "quantize_nodes" | "dequantize_nodes" | "size_by_layer">;

/** `float`: the graph before quantization; `quantized`: after it. */
export function describeQuantized(float: Graph, quantized: Graph, int8Nodes: ReadonlySet<string>): Described {
  const nodes: Record<string, { int8: number; fp32: number }> = {};
  for (const node of float.nodes) {
    const counts = nodes[node.op] ?? { int8: 0, fp32: 0 };
    nodes[node.op] = counts;
    if (int8Nodes.has(node.outputs[0] ?? "")) counts.int8 += 1;
    else counts.fp32 += 1;
  }
  const sorted = Object.fromEntries(Object.entries(nodes).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    nodes: sorted,
    quantize_nodes: count(quantized, "QuantizeLinear"),
    dequantize_nodes: count(quantized, "DequantizeLinear"),
    size_by_layer: sizeByLayer(quantized),
  };
}

function count(graph: Graph, op: string): number {
  return graph.nodes.filter((node) => node.op === op).length;
}

/** Initializers belong to the first node that computes with them, through DequantizeLinear or not. */
export function sizeByLayer(graph: Graph): Described["size_by_layer"] {
  const sizes = new Map(graph.initializers.map(({ name, bytes }) => [name, bytes.length]));
  const constantsOf = new Map<string, string[]>();
  const layers: { layer: string; size_bytes: number; precision: "int8" | "fp32" }[] = [];
  const taken = new Set<string>();
  for (const node of graph.nodes) {
    if (node.op === "DequantizeLinear" && node.inputs.every((name) => name === "" || sizes.has(name))) {
      constantsOf.set(node.outputs[0]!, [...node.inputs]);
      continue;
    }
    const quantized = node.inputs.flatMap((name) => constantsOf.get(name) ?? []);
    const own = [...node.inputs.filter((name) => sizes.has(name)), ...quantized].filter((name) => !taken.has(name));
    const size = own.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
    for (const name of own) taken.add(name);
    const precision = quantized.length > 0 ? ("int8" as const) : ("fp32" as const);
    if (size > 0 && !/^(De)?[qQ]uantizeLinear$/.test(node.op)) {
      layers.push({ layer: node.name || node.outputs[0]!, size_bytes: size, precision });
    }
  }
  return layers;
}
