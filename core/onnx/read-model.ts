// The bytes of an .onnx file -> a checked model, or every reason why it is refused. The bytes must stay unchanged:
// tensors point into them.
import { DecantError, type Problem } from "../errors/problem.ts";
import type { FunctionDefinition, Graph, Model } from "./graph.ts";
import { type Findings, report } from "./read-findings.ts";
import { readAttributes, readNode } from "./read-node.ts";
import { readTensor } from "./read-tensor.ts";
import { readValueInfo } from "./read-type.ts";
import { sortGraph } from "./sort-graph.ts";
import { child, children, has, integer, type Message, text, texts } from "./wire/message.ts";
import { parseModel } from "./wire/parse-message.ts";
import { IR_VERSION_MAX } from "./wire/schema.ts";

export interface ReadModel {
  readonly model: Model;
  /** Fields that can't change a result and were left out, as "NodeProto.doc_string", with counts. */
  readonly dropped_fields: Readonly<Record<string, number>>;
}

/** Reads and checks a model. Throws InvalidModel with every problem found; `where` is put in front of each place. */
export function readModel(bytes: Uint8Array, where = "model"): ReadModel {
  const parsed = parseModel(bytes);
  const findings: Findings = { problems: [...parsed.problems] };
  const read =
    parsed.model === undefined || parsed.problems.length > 0 ? undefined : fromMessage(findings, parsed.model);
  if (read !== undefined && findings.problems.length === 0)
    return { model: read, dropped_fields: parsed.dropped_fields };
  const problems: Problem[] = findings.problems.map((problem) => ({
    message: problem.message,
    where: problem.where === undefined ? where : `${where}: ${problem.where}`,
  }));
  throw new DecantError("InvalidModel", problems);
}

function fromMessage(findings: Findings, message: Message): Model | undefined {
  const irVersion = Number(integer(message, "ir_version"));
  if (irVersion < 3 || irVersion > IR_VERSION_MAX) {
    report(findings, "ir_version", `expected 3 to ${IR_VERSION_MAX}, got ${irVersion}: is this an ONNX file?`);
  }
  const graph = child(message, "graph");
  if (graph === undefined) report(findings, "graph", "expected a graph, got none");
  const opsets = readOpsets(findings, children(message, "opset_import"), "opset_import");
  if (!opsets.has("")) report(findings, "opset_import", "expected a version of ONNX's operators, got none");
  if (graph === undefined) return undefined;
  const functions = children(message, "functions").map((each, at) => readFunction(findings, each, `functions[${at}]`));
  return {
    ir_version: irVersion,
    opsets,
    producer_name: text(message, "producer_name"),
    producer_version: text(message, "producer_version"),
    domain: text(message, "domain"),
    model_version: integer(message, "model_version"),
    graph: sortGraph(findings, readGraph(findings, graph, "graph")),
    functions,
    metadata: readMetadata(findings, children(message, "metadata_props")),
  };
}

function readGraph(findings: Findings, message: Message, where: string): Graph {
  const named = <T>(field: string, read: (findings: Findings, each: Message, where: string) => T): T[] =>
    children(message, field).map((each, at) => read(findings, each, `${where}.${field}[${at}]`));
  return {
    name: text(message, "name"),
    nodes: named("node", (_, each, place) => readNode(findings, each, place, readGraph)),
    initializers: named("initializer", readTensor),
    inputs: named("input", readValueInfo),
    outputs: named("output", readValueInfo),
    values: named("value_info", readValueInfo),
  };
}

function readOpsets(findings: Findings, messages: readonly Message[], where: string): ReadonlyMap<string, number> {
  const opsets = new Map<string, number>();
  for (const message of messages) {
    const domain = text(message, "domain") === "ai.onnx" ? "" : text(message, "domain");
    if (opsets.has(domain)) report(findings, where, `expected the domain "${domain}" once, got it again`);
    opsets.set(domain, Number(integer(message, "version")));
  }
  return opsets;
}

function readMetadata(findings: Findings, messages: readonly Message[]): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const message of messages) {
    const key = text(message, "key");
    if (metadata.has(key)) report(findings, "metadata_props", `expected the key "${key}" once, got it again`);
    metadata.set(key, text(message, "value"));
  }
  return metadata;
}

function readFunction(findings: Findings, message: Message, where: string): FunctionDefinition {
  if (!has(message, "name")) report(findings, where, "expected the function's name, got none");
  return {
    name: text(message, "name"),
    domain: text(message, "domain"),
    inputs: texts(message, "input"),
    outputs: texts(message, "output"),
    attributes: texts(message, "attribute"),
    defaults: readAttributes(findings, children(message, "attribute_proto"), where, readGraph),
    nodes: children(message, "node").map((each, at) => readNode(findings, each, `${where}.node[${at}]`, readGraph)),
    opsets: readOpsets(findings, children(message, "opset_import"), where),
  };
}
