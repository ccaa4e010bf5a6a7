// Bytes -> messages, by the table in schema.ts. Nothing is dropped silently: a field is kept, counted as left out, or a
// problem. Bytes that other readers could understand differently (a single field twice, a wrong wire type) are problems.
import type { Problem } from "../../errors/problem.ts";
import { type Cursor, cursorOver, readDouble, readFloat, readSmall, readVarint, take, WireError } from "./cursor.ts";
import { MODEL_LIMITS, PROBLEMS_MAX } from "./limits.ts";
import type { Message, Value } from "./message.ts";
import { type Field, fieldOf, type MessageName, type Scalar } from "./schema.ts";

export interface Parsed {
  readonly model: Message | undefined;
  /** Fields left out, as "NodeProto.doc_string", with counts. */
  readonly dropped_fields: Readonly<Record<string, number>>;
  readonly problems: readonly Problem[];
}

interface Reading {
  readonly cursor: Cursor;
  readonly path: string[];
  readonly problems: Problem[];
  readonly dropped: Map<string, number>;
  readonly decoder: TextDecoder;
  fields: number;
  listed: number;
  nodes: number;
}

/** Reading can't go on: the reason is in the problems. */
class Stop extends Error {}

const WIRE_TYPE: Readonly<Record<Scalar, number>> = {
  bytes: 2,
  double: 1,
  float: 5,
  int32: 0,
  int64: 0,
  string: 2,
  uint64: 0,
};

/** Parses a ModelProto. */
export function parseModel(bytes: Uint8Array): Parsed {
  const reading: Reading = {
    cursor: cursorOver(bytes),
    path: [],
    problems: [],
    dropped: new Map(),
    decoder: new TextDecoder("utf-8", { fatal: true }),
    fields: 0,
    listed: 0,
    nodes: 0,
  };
  let model: Message | undefined;
  try {
    const limit = MODEL_LIMITS.file_size_bytes;
    if (bytes.length > limit) stop(reading, `expected a model of at most ${limit} bytes, got ${bytes.length}`);
    if (bytes.length === 0) stop(reading, "expected an ONNX model, got an empty file");
    model = parseMessage(reading, "ModelProto");
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
  const dropped = Object.fromEntries([...reading.dropped].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { model, dropped_fields: dropped, problems: reading.problems };
}

function parseMessage(reading: Reading, type: MessageName): Message {
  const { cursor } = reading;
  if (reading.path.length > MODEL_LIMITS.nesting) {
    stop(reading, `expected at most ${MODEL_LIMITS.nesting} messages inside each other`);
  }
  if (type === "NodeProto" && ++reading.nodes > MODEL_LIMITS.nodes) {
    stop(reading, `expected at most ${MODEL_LIMITS.nodes} nodes`);
  }
  const values = new Map<string, Value[]>();
  while (cursor.position < cursor.end) {
    if (++reading.fields > MODEL_LIMITS.fields) stop(reading, `expected at most ${MODEL_LIMITS.fields} fields`);
    const tag = guarded(reading, () => readSmall(cursor));
    const number = Math.floor(tag / 8);
    const field = fieldOf(type, number);
    if (field === undefined) {
      report(
        reading,
        `expected a field of ${type} that ONNX 1.23 knows, got number ${number}; export with an older ONNX`,
      );
      guarded(reading, () => skip(cursor, tag % 8));
    } else {
      reading.path.push(pathPart(field, values));
      guarded(reading, () => parseField(reading, type, field, tag % 8, values));
      reading.path.pop();
    }
  }
  return { type, values };
}

function parseField(reading: Reading, owner: MessageName, field: Field, wire: number, values: Map<string, Value[]>) {
  const { cursor } = reading;
  if (field.handling !== "keep") return parseUnwanted(reading, owner, field, wire);
  const list = values.get(field.name) ?? [];
  values.set(field.name, list);
  if (!field.repeated && list.length > 0) report(reading, "expected this field once, got it again");
  const isMessage = !(field.type in WIRE_TYPE);
  const expected = isMessage ? 2 : WIRE_TYPE[field.type as Scalar];
  if (wire === 2 && expected !== 2 && field.repeated) {
    const length = readLength(cursor);
    const end = cursor.position + length;
    while (cursor.position < end) list.push(scalar(reading, field.type as Scalar, end));
    return;
  }
  if (wire !== expected) throw new WireError(`expected wire type ${expected}, got ${wire}`);
  list.push(isMessage ? nested(reading, field.type as MessageName) : scalar(reading, field.type as Scalar, cursor.end));
}

/** A message with its length in front. */
function nested(reading: Reading, type: MessageName): Message {
  const { cursor } = reading;
  const length = readLength(cursor);
  const outer = cursor.end;
  cursor.end = cursor.position + length;
  const message = parseMessage(reading, type);
  cursor.end = outer;
  return message;
}

function parseUnwanted(reading: Reading, owner: MessageName, field: Field, wire: number) {
  const { cursor } = reading;
  if (wire !== 2) throw new WireError(`expected wire type 2, got ${wire}`);
  const start = cursor.position;
  if (field.type in WIRE_TYPE) take(cursor, readLength(cursor));
  else nested(reading, field.type as MessageName);
  // The length itself takes one byte where it is 0.
  const isEmpty = cursor.position === start + 1;
  if (field.handling === "refuse" || (field.handling === "refuse-unless-empty" && !isEmpty)) {
    report(reading, `expected no ${field.name}: it could change the result and is not read here; export without it`);
  }
  const name = `${owner}.${field.name}`;
  reading.dropped.set(name, (reading.dropped.get(name) ?? 0) + 1);
}

/** One number or byte string, which must end before `end`. */
function scalar(reading: Reading, type: Scalar, end: number): Value {
  const { cursor } = reading;
  if (type !== "bytes" && type !== "string" && ++reading.listed > MODEL_LIMITS.listed_numbers) {
    stop(reading, `expected at most ${MODEL_LIMITS.listed_numbers} listed numbers; store large tensors as raw data`);
  }
  const value = readScalar(reading, type);
  if (cursor.position > end) throw new WireError("a number goes past the end of its list");
  return value;
}

function readScalar(reading: Reading, type: Scalar): Value {
  const { cursor } = reading;
  if (type === "float") return readFloat(cursor);
  if (type === "double") return readDouble(cursor);
  if (type === "uint64") return readVarint(cursor);
  if (type === "int64") return BigInt.asIntN(64, readVarint(cursor));
  if (type === "int32") {
    const value = BigInt.asIntN(64, readVarint(cursor));
    if (value !== BigInt.asIntN(32, value)) throw new WireError(`expected a number of 32 bits, got ${value}`);
    return value;
  }
  const bytes = take(cursor, readLength(cursor));
  return type === "bytes" ? bytes : readText(reading, bytes);
}

function readText(reading: Reading, bytes: Uint8Array): string {
  const limit = MODEL_LIMITS.name_size_bytes;
  const isMetadata = reading.path.at(-1) === "value";
  if (bytes.length > limit && !isMetadata) throw new WireError(`expected at most ${limit} bytes, got ${bytes.length}`);
  // A TextDecoder would swallow the mark, so that two different names became one.
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) throw new WireError("expected no byte order mark");
  try {
    return reading.decoder.decode(bytes);
  } catch {
    throw new WireError("expected UTF-8 text");
  }
}

function readLength(cursor: Cursor): number {
  const length = readSmall(cursor);
  if (length > cursor.end - cursor.position) {
    throw new WireError(`expected ${length} more bytes, but the file or its parent ends: copy or export it again`);
  }
  return length;
}

function skip(cursor: Cursor, wire: number): void {
  if (wire === 0) readVarint(cursor);
  else if (wire === 1) take(cursor, 8);
  else if (wire === 2) take(cursor, readLength(cursor));
  else if (wire === 5) take(cursor, 4);
  else throw new WireError(`expected a wire type of 0, 1, 2 or 5, got ${wire}: this is no ONNX file`);
}

/** Runs `read`; where the bytes are no message any more, nothing after them can be trusted, so reading stops. */
function guarded<T>(reading: Reading, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return stop(reading, error.message);
  }
}

function pathPart(field: Field, values: ReadonlyMap<string, readonly Value[]>): string {
  return field.repeated && field.handling === "keep"
    ? `${field.name}[${values.get(field.name)?.length ?? 0}]`
    : field.name;
}

function report(reading: Reading, message: string): void {
  reading.problems.push({ message, where: reading.path.join(".") || "the file" });
  if (reading.problems.length >= PROBLEMS_MAX) throw new Stop();
}

function stop(reading: Reading, message: string): never {
  report(reading, message);
  throw new Stop();
}
