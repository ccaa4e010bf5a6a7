// TypeProto and ValueInfoProto messages -> declared types.
import type { Dimension, ValueInfo, ValueType } from "./graph.ts";
import { type Findings, report } from "./read-findings.ts";
import { elementType } from "./read-tensor.ts";
import { child, children, has, integer, type Message, text } from "./wire/message.ts";

export function readValueInfo(findings: Findings, message: Message, where: string): ValueInfo {
  const name = text(message, "name");
  const type = child(message, "type");
  return { name, type: type && readType(findings, type, `${where} (${name})`) };
}

export function readType(findings: Findings, message: Message, where: string): ValueType | undefined {
  const kinds = [...message.values.keys()];
  if (kinds.length === 0) return undefined;
  if (kinds.length > 1) report(findings, where, `expected one type, got ${kinds.join(" and ")}`);
  const tensor = child(message, "tensor_type");
  if (tensor !== undefined) {
    const shape = child(tensor, "shape");
    const element = elementType(findings, integer(tensor, "elem_type"), where);
    return {
      kind: "tensor",
      element,
      shape: shape && children(shape, "dim").map((dim) => readDimension(findings, dim, where)),
    };
  }
  const map = child(message, "map_type");
  if (map !== undefined) {
    const key = elementType(findings, integer(map, "key_type"), where);
    return { kind: "map", key, of: innerType(findings, child(map, "value_type"), where) };
  }
  const sequence = child(message, "sequence_type");
  const inner = sequence ?? child(message, "optional_type");
  return {
    kind: sequence === undefined ? "optional" : "sequence",
    of: innerType(findings, inner && child(inner, "elem_type"), where),
  };
}

function innerType(findings: Findings, message: Message | undefined, where: string): ValueType {
  const type = message && readType(findings, message, where);
  if (type === undefined) report(findings, where, "expected the type of the elements, got none");
  return type ?? { kind: "tensor", element: "float32", shape: undefined };
}

function readDimension(findings: Findings, message: Message, where: string): Dimension {
  const named = has(message, "dim_param");
  if (named && has(message, "dim_value")) report(findings, where, "expected a dimension's size or its name, got both");
  if (named) return text(message, "dim_param") || undefined;
  if (!has(message, "dim_value")) return undefined;
  const size = integer(message, "dim_value");
  // Old exporters write 0 or -1 for "unknown".
  return size > 0n && size <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(size) : size === 0n ? 0 : undefined;
}
