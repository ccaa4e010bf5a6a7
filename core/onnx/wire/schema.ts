// ONNX's messages by field number: what is kept, what is left out because it can't change a result, what is refused.
// Source: onnx/onnx-ml.proto up to ONNX 1.23 (IR version 14). A field that is not here is refused by its number.

export type Scalar = "bytes" | "double" | "float" | "int32" | "int64" | "string" | "uint64";

export interface Field {
  readonly name: string;
  readonly type: Scalar | MessageName;
  readonly repeated: boolean;
  readonly handling: "keep" | "leave-out" | "refuse" | "refuse-unless-empty";
}

const one = (name: string, type: Field["type"]): Field => ({ name, type, repeated: false, handling: "keep" });
const many = (name: string, type: Field["type"]): Field => ({ name, type, repeated: true, handling: "keep" });
/** Can't change what a runtime computes: counted and named in the report. A message is checked all the same. */
const leaveOut = (name: string, type: Field["type"] = "bytes"): Field => {
  return { name, type, repeated: true, handling: "leave-out" };
};
/** Could change a result and isn't understood here. */
const refuse = (name: string): Field => ({ name, type: "bytes", repeated: true, handling: "refuse" });
/** The same for texts, whose empty one is what absence means. */
const refuseText = (name: string): Field => ({ name, type: "bytes", repeated: true, handling: "refuse-unless-empty" });

export const IR_VERSION_MAX = 14;

export const MESSAGES = {
  AttributeProto: {
    1: one("name", "string"),
    2: one("f", "float"),
    3: one("i", "int64"),
    4: one("s", "bytes"),
    5: one("t", "TensorProto"),
    6: one("g", "GraphProto"),
    7: many("floats", "float"),
    8: many("ints", "int64"),
    9: many("strings", "bytes"),
    10: many("tensors", "TensorProto"),
    11: many("graphs", "GraphProto"),
    13: leaveOut("doc_string"),
    14: one("tp", "TypeProto"),
    15: many("type_protos", "TypeProto"),
    20: one("type", "int32"),
    21: one("ref_attr_name", "string"),
    22: refuse("sparse_tensor"),
    23: refuse("sparse_tensors"),
  },
  FunctionProto: {
    1: one("name", "string"),
    4: many("input", "string"),
    5: many("output", "string"),
    6: many("attribute", "string"),
    7: many("node", "NodeProto"),
    8: leaveOut("doc_string"),
    9: many("opset_import", "OperatorSetIdProto"),
    10: one("domain", "string"),
    11: many("attribute_proto", "AttributeProto"),
    12: leaveOut("value_info", "ValueInfoProto"),
    13: refuseText("overload"),
    14: leaveOut("metadata_props", "StringStringEntryProto"),
  },
  GraphProto: {
    1: many("node", "NodeProto"),
    2: one("name", "string"),
    5: many("initializer", "TensorProto"),
    10: leaveOut("doc_string"),
    11: many("input", "ValueInfoProto"),
    12: many("output", "ValueInfoProto"),
    13: many("value_info", "ValueInfoProto"),
    14: leaveOut("quantization_annotation", "TensorAnnotation"),
    15: refuse("sparse_initializer"),
    16: leaveOut("metadata_props", "StringStringEntryProto"),
  },
  ModelProto: {
    1: one("ir_version", "int64"),
    2: one("producer_name", "string"),
    3: one("producer_version", "string"),
    4: one("domain", "string"),
    5: one("model_version", "int64"),
    6: leaveOut("doc_string"),
    7: one("graph", "GraphProto"),
    8: many("opset_import", "OperatorSetIdProto"),
    14: many("metadata_props", "StringStringEntryProto"),
    20: refuse("training_info"),
    25: many("functions", "FunctionProto"),
    26: leaveOut("configuration"),
  },
  NodeProto: {
    1: many("input", "string"),
    2: many("output", "string"),
    3: one("name", "string"),
    4: one("op_type", "string"),
    5: many("attribute", "AttributeProto"),
    6: leaveOut("doc_string"),
    7: one("domain", "string"),
    8: refuseText("overload"),
    9: leaveOut("metadata_props", "StringStringEntryProto"),
    10: leaveOut("device_configurations"),
  },
  OperatorSetIdProto: { 1: one("domain", "string"), 2: one("version", "int64") },
  StringStringEntryProto: { 1: one("key", "string"), 2: one("value", "string") },
  TensorAnnotation: {
    1: one("tensor_name", "string"),
    2: many("quant_parameter_tensor_names", "StringStringEntryProto"),
  },
  TensorProto: {
    1: many("dims", "int64"),
    2: one("data_type", "int32"),
    3: refuse("segment"),
    4: many("float_data", "float"),
    5: many("int32_data", "int32"),
    6: many("string_data", "bytes"),
    7: many("int64_data", "int64"),
    8: one("name", "string"),
    9: one("raw_data", "bytes"),
    10: many("double_data", "double"),
    11: many("uint64_data", "uint64"),
    12: leaveOut("doc_string"),
    13: many("external_data", "StringStringEntryProto"),
    14: one("data_location", "int32"),
    16: leaveOut("metadata_props", "StringStringEntryProto"),
  },
  TensorShapeProto: { 1: many("dim", "Dimension") },
  Dimension: { 1: one("dim_value", "int64"), 2: one("dim_param", "string"), 3: leaveOut("denotation") },
  TypeProto: {
    1: one("tensor_type", "TensorType"),
    4: one("sequence_type", "SequenceType"),
    5: one("map_type", "MapType"),
    6: leaveOut("denotation"),
    7: refuse("opaque_type"),
    8: refuse("sparse_tensor_type"),
    9: one("optional_type", "OptionalType"),
  },
  TensorType: { 1: one("elem_type", "int32"), 2: one("shape", "TensorShapeProto") },
  SequenceType: { 1: one("elem_type", "TypeProto") },
  MapType: { 1: one("key_type", "int32"), 2: one("value_type", "TypeProto") },
  OptionalType: { 1: one("elem_type", "TypeProto") },
  ValueInfoProto: {
    1: one("name", "string"),
    2: one("type", "TypeProto"),
    3: leaveOut("doc_string"),
    4: leaveOut("metadata_props", "StringStringEntryProto"),
  },
} as const satisfies Record<string, Readonly<Record<number, Omit<Field, "type"> & { type: string }>>>;

export type MessageName =
  | "AttributeProto"
  | "Dimension"
  | "FunctionProto"
  | "GraphProto"
  | "MapType"
  | "ModelProto"
  | "NodeProto"
  | "OperatorSetIdProto"
  | "OptionalType"
  | "SequenceType"
  | "StringStringEntryProto"
  | "TensorAnnotation"
  | "TensorProto"
  | "TensorShapeProto"
  | "TensorType"
  | "TypeProto"
  | "ValueInfoProto";

export function fieldOf(message: MessageName, number: number): Field | undefined {
  return (MESSAGES[message] as Readonly<Record<number, Field>>)[number];
}

/** Field numbers by message and name, for writing. */
export const FIELD_NUMBERS: Readonly<Record<MessageName, ReadonlyMap<string, number>>> = Object.fromEntries(
  Object.entries(MESSAGES).map(([message, fields]) => [
    message,
    new Map(Object.entries(fields).map(([number, { name }]) => [name, Number(number)])),
  ]),
) as unknown as Record<MessageName, ReadonlyMap<string, number>>;
