// A model -> the bytes of an .onnx file. The same model always gives the same bytes: fields in the order written here,
// tensors as raw data, maps in code-point order of their keys.

import type { Tensor, ValueInfo, ValueType } from "./graph.ts";
import { type Attribute, ELEMENT_TYPES, type FunctionDefinition, type Graph, type Model, type Node } from "./graph.ts";
import { ATTRIBUTE_KINDS } from "./read-node.ts";
import { MessageWriter } from "./wire/write-fields.ts";

export function writeModel(model: Model): Uint8Array {
  const writer = new MessageWriter("ModelProto");
  writer.integer("ir_version", model.ir_version);
  writeOpsets(writer, model.opsets);
  textUnlessEmpty(writer, "producer_name", model.producer_name);
  textUnlessEmpty(writer, "producer_version", model.producer_version);
  textUnlessEmpty(writer, "domain", model.domain);
  if (model.model_version !== 0n) writer.integer("model_version", model.model_version);
  writer.message("graph", graphMessage(model.graph));
  for (const [key, value] of byKey(model.metadata)) {
    const entry = new MessageWriter("StringStringEntryProto");
    entry.text("key", key);
    entry.text("value", value);
    writer.message("metadata_props", entry);
  }
  for (const definition of model.functions) writer.message("functions", functionMessage(definition));
  return writer.finish();
}

function graphMessage(graph: Graph): MessageWriter {
  const writer = new MessageWriter("GraphProto");
  for (const node of graph.nodes) writer.message("node", nodeMessage(node));
  textUnlessEmpty(writer, "name", graph.name);
  for (const tensor of graph.initializers) writer.message("initializer", tensorMessage(tensor));
  for (const input of graph.inputs) writer.message("input", valueMessage(input));
  for (const output of graph.outputs) writer.message("output", valueMessage(output));
  for (const value of graph.values) writer.message("value_info", valueMessage(value));
  return writer;
}

function nodeMessage(node: Node): MessageWriter {
  const writer = new MessageWriter("NodeProto");
  for (const input of node.inputs) writer.text("input", input);
  for (const output of node.outputs) writer.text("output", output);
  textUnlessEmpty(writer, "name", node.name);
  writer.text("op_type", node.op);
  for (const [name, attribute] of byKey(node.attributes))
    writer.message("attribute", attributeMessage(name, attribute));
  textUnlessEmpty(writer, "domain", node.domain);
  return writer;
}

function attributeMessage(name: string, attribute: Attribute): MessageWriter {
  const writer = new MessageWriter("AttributeProto");
  writer.text("name", name);
  const kind = attribute.kind === "reference" ? attribute.of : attribute.kind;
  const { number, field } = ATTRIBUTE_KINDS.find((entry) => entry.kind === kind)!;
  writeValue(writer, field, attribute);
  writer.integer("type", number);
  return writer;
}

function writeValue(writer: MessageWriter, field: string, attribute: Attribute): void {
  if (attribute.kind === "reference") writer.text("ref_attr_name", attribute.value);
  else if (attribute.kind === "float") writer.float(field, attribute.value);
  else if (attribute.kind === "int") writer.integer(field, attribute.value);
  else if (attribute.kind === "string") writer.bytes(field, attribute.value);
  else if (attribute.kind === "tensor") writer.message(field, tensorMessage(attribute.value));
  else if (attribute.kind === "graph") writer.message(field, graphMessage(attribute.value));
  else if (attribute.kind === "type") writer.message(field, typeMessage(attribute.value));
  else writeList(writer, field, attribute);
}

function writeList(writer: MessageWriter, field: string, attribute: Extract<Attribute, { value: readonly unknown[] }>) {
  if (attribute.kind === "floats") for (const value of attribute.value) writer.float(field, value);
  if (attribute.kind === "ints") for (const value of attribute.value) writer.integer(field, value);
  if (attribute.kind === "strings") for (const value of attribute.value) writer.bytes(field, value);
  if (attribute.kind === "tensors") for (const value of attribute.value) writer.message(field, tensorMessage(value));
  if (attribute.kind === "graphs") for (const value of attribute.value) writer.message(field, graphMessage(value));
  if (attribute.kind === "types") for (const value of attribute.value) writer.message(field, typeMessage(value));
}

function tensorMessage(tensor: Tensor): MessageWriter {
  const writer = new MessageWriter("TensorProto");
  for (const dim of tensor.dims) writer.integer("dims", dim);
  writer.integer("data_type", ELEMENT_TYPES[tensor.type].number);
  for (const string of tensor.strings ?? []) writer.bytes("string_data", string);
  textUnlessEmpty(writer, "name", tensor.name);
  if (tensor.type !== "string") writer.bytes("raw_data", tensor.bytes);
  return writer;
}

function valueMessage(value: ValueInfo): MessageWriter {
  const writer = new MessageWriter("ValueInfoProto");
  writer.text("name", value.name);
  if (value.type !== undefined) writer.message("type", typeMessage(value.type));
  return writer;
}

function typeMessage(type: ValueType): MessageWriter {
  const writer = new MessageWriter("TypeProto");
  if (type.kind === "tensor") {
    const tensor = new MessageWriter("TensorType");
    tensor.integer("elem_type", ELEMENT_TYPES[type.element].number);
    if (type.shape !== undefined) tensor.message("shape", shapeMessage(type.shape));
    writer.message("tensor_type", tensor);
  } else if (type.kind === "map") {
    const map = new MessageWriter("MapType");
    map.integer("key_type", ELEMENT_TYPES[type.key].number);
    map.message("value_type", typeMessage(type.of));
    writer.message("map_type", map);
  } else {
    const inner = new MessageWriter(type.kind === "sequence" ? "SequenceType" : "OptionalType");
    inner.message("elem_type", typeMessage(type.of));
    writer.message(`${type.kind}_type`, inner);
  }
  return writer;
}

function shapeMessage(shape: readonly (number | string | undefined)[]): MessageWriter {
  const writer = new MessageWriter("TensorShapeProto");
  for (const size of shape) {
    const dimension = new MessageWriter("Dimension");
    if (typeof size === "number") dimension.integer("dim_value", size);
    if (typeof size === "string") dimension.text("dim_param", size);
    writer.message("dim", dimension);
  }
  return writer;
}

function functionMessage(definition: FunctionDefinition): MessageWriter {
  const writer = new MessageWriter("FunctionProto");
  writer.text("name", definition.name);
  for (const input of definition.inputs) writer.text("input", input);
  for (const output of definition.outputs) writer.text("output", output);
  for (const attribute of definition.attributes) writer.text("attribute", attribute);
  for (const node of definition.nodes) writer.message("node", nodeMessage(node));
  writeOpsets(writer, definition.opsets);
  writer.text("domain", definition.domain);
  for (const [name, attribute] of byKey(definition.defaults)) {
    writer.message("attribute_proto", attributeMessage(name, attribute));
  }
  return writer;
}

function writeOpsets(writer: MessageWriter, opsets: ReadonlyMap<string, number>): void {
  for (const [domain, version] of byKey(opsets)) {
    const opset = new MessageWriter("OperatorSetIdProto");
    opset.text("domain", domain);
    opset.integer("version", version);
    writer.message("opset_import", opset);
  }
}

function textUnlessEmpty(writer: MessageWriter, name: string, value: string): void {
  if (value !== "") writer.text(name, value);
}

function byKey<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
