// NodeProto and AttributeProto messages -> nodes.
import type { Attribute, Graph, Node, ValueType } from "./graph.ts";
import { type Findings, report } from "./read-findings.ts";
import { readTensor } from "./read-tensor.ts";
import { readType } from "./read-type.ts";
import {
  bytes,
  child,
  children,
  chunks,
  has,
  integer,
  integers,
  type Message,
  real,
  reals,
  text,
  texts,
} from "./wire/message.ts";

export type ReadGraph = (findings: Findings, message: Message, where: string) => Graph;
type Kind = Exclude<Attribute["kind"], "reference">;

/** ONNX's attribute types: number, our kind, the field that holds the value. */
export const ATTRIBUTE_KINDS: readonly { readonly number: number; readonly kind: Kind; readonly field: string }[] = [
  { number: 1, kind: "float", field: "f" },
  { number: 2, kind: "int", field: "i" },
  { number: 3, kind: "string", field: "s" },
  { number: 4, kind: "tensor", field: "t" },
  { number: 5, kind: "graph", field: "g" },
  { number: 6, kind: "floats", field: "floats" },
  { number: 7, kind: "ints", field: "ints" },
  { number: 8, kind: "strings", field: "strings" },
  { number: 9, kind: "tensors", field: "tensors" },
  { number: 10, kind: "graphs", field: "graphs" },
  { number: 13, kind: "type", field: "tp" },
  { number: 14, kind: "types", field: "type_protos" },
];

export function readNode(findings: Findings, message: Message, where: string, readGraph: ReadGraph): Node {
  const name = text(message, "name");
  const op = text(message, "op_type");
  const place = `${where} (${name || op})`;
  if (op === "") report(findings, place, "expected the node's operator, got none");
  const attributes = readAttributes(findings, children(message, "attribute"), place, readGraph);
  const domain = text(message, "domain");
  return {
    name,
    op,
    domain: domain === "ai.onnx" ? "" : domain,
    inputs: texts(message, "input"),
    outputs: texts(message, "output"),
    attributes,
  };
}

export function readAttributes(
  findings: Findings,
  messages: readonly Message[],
  where: string,
  readGraph: ReadGraph,
): ReadonlyMap<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  for (const message of messages) {
    const name = text(message, "name");
    const place = `${where}.${name}`;
    if (attributes.has(name)) report(findings, place, "expected this attribute once, got it again");
    const attribute = readAttribute(findings, message, place, readGraph);
    if (attribute !== undefined) attributes.set(name, attribute);
  }
  return attributes;
}

function readAttribute(
  findings: Findings,
  message: Message,
  where: string,
  readGraph: ReadGraph,
): Attribute | undefined {
  const number = Number(integer(message, "type"));
  const found = ATTRIBUTE_KINDS.find((entry) => entry.number === number);
  if (found === undefined) {
    report(findings, where, `expected an attribute type of 1 to 10, 13 or 14, got ${number}`);
    return undefined;
  }
  const foreign = ATTRIBUTE_KINDS.filter(({ field }) => field !== found.field && has(message, field));
  if (foreign.length > 0) {
    report(findings, where, `expected only ${found.field}, got ${foreign.map(({ field }) => field).join(" and ")} too`);
  }
  const reference = text(message, "ref_attr_name");
  if (reference !== "") return { kind: "reference", value: reference, of: found.kind };
  return readValue(findings, message, found, where, readGraph);
}

function readValue(
  findings: Findings,
  message: Message,
  { kind, field }: { kind: Kind; field: string },
  where: string,
  readGraph: ReadGraph,
): Attribute {
  const inner = child.bind(undefined, message);
  switch (kind) {
    case "float":
      return { kind, value: real(message, field) };
    case "int":
      return { kind, value: integer(message, field) };
    case "string":
      return { kind, value: bytes(message, field) };
    case "floats":
      return { kind, value: reals(message, field) };
    case "ints":
      return { kind, value: integers(message, field) };
    case "strings":
      return { kind, value: chunks(message, field) };
    case "tensors":
      return { kind, value: children(message, field).map((each, at) => readTensor(findings, each, `${where}[${at}]`)) };
    case "graphs":
      return { kind, value: children(message, field).map((each, at) => readGraph(findings, each, `${where}[${at}]`)) };
    case "types":
      return { kind, value: children(message, field).map((each) => declaredType(findings, each, where)) };
    case "tensor":
      return { kind, value: readTensor(findings, present(findings, inner(field), "TensorProto", where), where) };
    case "graph":
      return { kind, value: readGraph(findings, present(findings, inner(field), "GraphProto", where), where) };
    case "type":
      return { kind, value: declaredType(findings, present(findings, inner(field), "TypeProto", where), where) };
  }
}

function declaredType(findings: Findings, message: Message, where: string): ValueType {
  const type = readType(findings, message, where);
  if (type === undefined) report(findings, where, "expected a type, got an empty one");
  return type ?? { kind: "tensor", element: "float32", shape: undefined };
}

function present(findings: Findings, message: Message | undefined, type: Message["type"], where: string): Message {
  if (message === undefined) report(findings, where, "expected a value, got none");
  return message ?? { type, values: new Map() };
}
