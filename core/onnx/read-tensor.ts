// A TensorProto message -> a tensor whose bytes are raw little-endian elements, checked against type and dimensions.
import { ELEMENT_TYPES, type ElementType, type Tensor } from "./graph.ts";
import { type Findings, report } from "./read-findings.ts";
import { MODEL_LIMITS } from "./wire/limits.ts";
import { bytes, chunks, has, integer, integers, type Message, reals, text } from "./wire/message.ts";

const BY_NUMBER = new Map<number, ElementType>(
  Object.entries(ELEMENT_TYPES).map(([name, { number }]) => [number, name as ElementType]),
);

/** Where each element type stands when it isn't raw data (comments of onnx.proto's TensorProto). */
const LISTED_IN: Readonly<Record<ElementType, string>> = {
  float32: "float_data",
  uint8: "int32_data",
  int8: "int32_data",
  uint16: "int32_data",
  int16: "int32_data",
  int32: "int32_data",
  int64: "int64_data",
  string: "string_data",
  bool: "int32_data",
  float16: "int32_data",
  float64: "double_data",
  uint32: "uint64_data",
  uint64: "uint64_data",
  bfloat16: "int32_data",
};
const DATA_FIELDS = ["raw_data", "float_data", "int32_data", "string_data", "int64_data", "double_data", "uint64_data"];

export function elementType(findings: Findings, number: bigint, where: string): ElementType {
  const type = BY_NUMBER.get(Number(number));
  if (type !== undefined) return type;
  report(findings, where, `expected an element type of ${[...BY_NUMBER.values()].join(", ")}, got number ${number}`);
  return "float32";
}

export function readTensor(findings: Findings, message: Message, where: string): Tensor {
  const name = text(message, "name");
  const place = name === "" ? where : `${where} (${name})`;
  if (has(message, "external_data") || integer(message, "data_location") !== 0n) {
    report(findings, place, "expected the data inside the file, got external data; save the model as one file");
  }
  const type = elementType(findings, integer(message, "data_type"), place);
  const dims = readDims(findings, message, place);
  const count = dims.reduce((product, dim) => product * dim, 1);
  const used = DATA_FIELDS.filter((field) => has(message, field) && !isEmpty(message, field));
  const wanted = LISTED_IN[type];
  if (used.length > 1 || (used.length === 1 && used[0] !== "raw_data" && used[0] !== wanted)) {
    report(findings, place, `expected data in raw_data or ${wanted}, got ${used.join(" and ")}`);
    return { name, type, dims, bytes: new Uint8Array(0) };
  }
  if (type === "string") return readStrings(findings, message, { name, type, dims, place, count });
  const data = used[0] === "raw_data" ? bytes(message, "raw_data") : listed(findings, message, type, place);
  const expected = count * ELEMENT_TYPES[type].size_bytes;
  if (data.length !== expected) {
    report(findings, place, `expected ${expected} bytes for ${type} [${dims.join(", ")}], got ${data.length}`);
  }
  return { name, type, dims, bytes: data };
}

function readStrings(
  findings: Findings,
  message: Message,
  { name, type, dims, place, count }: { name: string; type: ElementType; dims: number[]; place: string; count: number },
): Tensor {
  const strings = chunks(message, "string_data");
  if (has(message, "raw_data") || strings.length !== count) {
    report(findings, place, `expected ${count} texts in string_data, got ${strings.length}`);
  }
  return { name, type, dims, bytes: new Uint8Array(0), strings };
}

function readDims(findings: Findings, message: Message, place: string): number[] {
  const dims = integers(message, "dims").map(Number);
  const product = dims.reduce((size, dim) => size * dim, 1);
  const limit = MODEL_LIMITS.tensor_dimensions;
  if (dims.length > limit || dims.some((dim) => dim < 0) || product > MODEL_LIMITS.file_size_bytes) {
    report(findings, place, `expected at most ${limit} dimensions of a tensor that fits, got [${dims.slice(0, 20)}]`);
    return [0];
  }
  return dims;
}

function isEmpty(message: Message, field: string): boolean {
  return field === "raw_data" && bytes(message, "raw_data").length === 0;
}

function listed(findings: Findings, message: Message, type: ElementType, place: string): Uint8Array {
  const size = ELEMENT_TYPES[type].size_bytes;
  const field = LISTED_IN[type];
  const values = type === "float32" || type === "float64" ? reals(message, field) : integers(message, field);
  const data = new Uint8Array(values.length * size);
  const view = new DataView(data.buffer);
  values.forEach((value, at) => {
    if (typeof value === "bigint" && !fits(value, type))
      report(findings, place, `expected ${type} values, got ${value}`);
    put(view, at * size, type, value);
  });
  return data;
}

const SIGNED_BITS: Partial<Record<ElementType, number>> = { int8: 8, int16: 16, int32: 32, int64: 64 };

function fits(value: bigint, type: ElementType): boolean {
  if (type === "bool") return value === 0n || value === 1n;
  const signed = SIGNED_BITS[type];
  if (signed !== undefined) return BigInt.asIntN(signed, value) === value;
  return BigInt.asUintN(ELEMENT_TYPES[type].size_bytes * 8, value) === value;
}

function put(view: DataView, at: number, type: ElementType, value: bigint | number): void {
  if (type === "float32") view.setFloat32(at, value as number, true);
  else if (type === "float64") view.setFloat64(at, value as number, true);
  else if (ELEMENT_TYPES[type].size_bytes === 8) view.setBigInt64(at, BigInt.asIntN(64, value as bigint), true);
  else if (ELEMENT_TYPES[type].size_bytes === 4) view.setInt32(at, Number(BigInt.asIntN(32, value as bigint)), true);
  else if (ELEMENT_TYPES[type].size_bytes === 2) view.setInt16(at, Number(BigInt.asIntN(16, value as bigint)), true);
  else view.setInt8(at, Number(BigInt.asIntN(8, value as bigint)));
}
