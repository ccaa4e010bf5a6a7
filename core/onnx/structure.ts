// What a graph computes apart from the numbers in its weights: two networks of one structure take the same time.
import type { Attribute, Graph, Tensor } from "./graph.ts";

/** Text that is equal for graphs of equal operators, attributes, names and shapes. Small integer tensors count by value. */
export function structureOf(graph: Graph): string {
  const nodes = graph.nodes.map(({ op, domain, inputs, outputs, attributes }) => [
    domain,
    op,
    inputs,
    outputs,
    [...attributes].map(([name, attribute]) => [name, attributeText(attribute)]).sort(),
  ]);
  const tensors = graph.initializers.map(tensorText).sort();
  const types = [...graph.inputs, ...graph.outputs].map(({ name, type }) => [name, type ?? null]);
  return JSON.stringify({ nodes, tensors, types });
}

/** Shapes, axes and the like decide what is computed; weights don't. */
function tensorText({ name, type, dims, bytes }: Tensor): string {
  const value = type === "int64" || type === "int32" ? Array.from(bytes).join() : "";
  return JSON.stringify([name, type, dims, value]);
}

function attributeText(attribute: Attribute): string {
  return JSON.stringify(attribute.value, (_, value) => {
    if (typeof value === "bigint") return value.toString();
    if (value instanceof Map) return [...value];
    return value instanceof Uint8Array ? Array.from(value) : value;
  });
}
