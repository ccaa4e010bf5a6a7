// Typed attributes of a node, with the operator's defaults given by the caller; and making attributes.
import type { Attribute, Node } from "./graph.ts";

export function intAttribute(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "int" ? Number(attribute.value) : fallback;
}

export function floatAttribute(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "float" ? attribute.value : fallback;
}

export function intsAttribute(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "ints" ? attribute.value.map(Number) : undefined;
}

export function stringAttribute(node: Node, name: string, fallback: string): string {
  const attribute = node.attributes.get(name);
  return attribute?.kind === "string" ? new TextDecoder().decode(attribute.value) : fallback;
}

export const int = (value: number): Attribute => ({ kind: "int", value: BigInt(value) });
export const ints = (values: readonly number[]): Attribute => ({ kind: "ints", value: values.map(BigInt) });

/** A node of ONNX's own operators. */
export function makeNode(
  op: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): Node {
  return { op, name, domain: "", inputs, outputs, attributes: new Map(Object.entries(attributes)) };
}
