// The header of a .npy file, read and written. Format: numpy/lib/_format_impl.py, versions 1.0 to 3.0.
// Only what prepared data holds is known: uint8, int64 and float32, little-endian, C order.
import type { Problem } from "../errors/problem.ts";

export type NpyType = "uint8" | "int64" | "float32";

export interface NpyHeader {
  readonly type: NpyType;
  readonly shape: readonly number[];
  /** Where the data starts in the file. */
  readonly data_offset_bytes: number;
  /** Bytes of data that type and shape ask for. */
  readonly data_size_bytes: number;
}

/** The first bytes of a file that parseNpyHeader wants at most; longer headers are refused. */
export const NPY_HEADER_SIZE_BYTES_MAX = 4096;

const DESCRIPTIONS: Readonly<Record<NpyType, string>> = { float32: "<f4", int64: "<i8", uint8: "|u1" };
const ITEM_SIZE_BYTES: Readonly<Record<NpyType, number>> = { float32: 4, int64: 8, uint8: 1 };
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const ALIGNMENT_BYTES = 64;
// numpy leaves room for the first axis to grow to this many digits, so a header can be rewritten in place.
const GROWTH_DIGITS = 21;

/** The header as numpy.save writes it. Its length doesn't depend on the length of the first axis. */
export function formatNpyHeader(type: NpyType, shape: readonly number[]): Uint8Array {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dictionary = `{'descr': '${DESCRIPTIONS[type]}', 'fortran_order': False, 'shape': (${axes}), }`;
  const growth = shape.length === 0 ? 0 : GROWTH_DIGITS - String(shape[0]).length;
  const unpadded = MAGIC.length + 4 + dictionary.length + growth + 1;
  const length = Math.ceil(unpadded / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set(MAGIC, 0);
  bytes.set([1, 0], MAGIC.length);
  new DataView(bytes.buffer).setUint16(MAGIC.length + 2, length - MAGIC.length - 4, true);
  bytes.set(new TextEncoder().encode(dictionary), MAGIC.length + 4);
  bytes[length - 1] = 0x0a;
  return bytes;
}

/** Reads a header from a file's first bytes: the header, or the reason why the file is refused. */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader | Problem {
  if (bytes.length < 10 || MAGIC.some((byte, at) => bytes[at] !== byte)) {
    return problem("expected a .npy file, but it does not start with the bytes 93 'NUMPY'");
  }
  const version = bytes[6]!;
  if (version < 1 || version > 3) return problem(`expected .npy format version 1 to 3, got ${version}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) return problem("expected a .npy header, but the file ends inside it");
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > NPY_HEADER_SIZE_BYTES_MAX) {
    return problem(`expected a .npy header of at most ${NPY_HEADER_SIZE_BYTES_MAX} bytes, got ${end}`);
  }
  if (bytes.length < end) return problem("expected a .npy header, but the file ends inside it");
  return parseDictionary(latin1(bytes.subarray(start, end)), end);
}

export function isNpyHeader(parsed: NpyHeader | Problem): parsed is NpyHeader {
  return "shape" in parsed;
}

function parseDictionary(text: string, dataOffset: number): NpyHeader | Problem {
  const description = only(text, /'descr': *'([^']*)'/g);
  const order = only(text, /'fortran_order': *(True|False)/g);
  const axes = only(text, /'shape': *\(([0-9, ]*)\)/g);
  if (description === undefined || order === undefined || axes === undefined) {
    return problem("expected a .npy header with descr, fortran_order and shape once each");
  }
  const known = Object.entries(DESCRIPTIONS).find(([, name]) => name === description);
  if (known === undefined) {
    return problem(
      `expected a .npy array of ${Object.values(DESCRIPTIONS).join(", ")}, got ${description.slice(0, 40)}`,
    );
  }
  const type = known[0] as NpyType;
  if (order === "True") return problem("expected a .npy array in C order, got Fortran order");
  const parts = axes.split(",").map((axis) => axis.trim());
  if (parts.at(-1) === "") parts.pop();
  const shape = parts.map((axis) => (/^[0-9]+$/.test(axis) ? Number(axis) : Number.NaN));
  const size = shape.reduce((product, axis) => product * axis, ITEM_SIZE_BYTES[type]);
  if (shape.length > 8 || !shape.every(Number.isSafeInteger) || !Number.isSafeInteger(size)) {
    return problem(`expected a .npy shape of at most 8 whole numbers, got (${axes.slice(0, 80)})`);
  }
  return { type, shape, data_offset_bytes: dataOffset, data_size_bytes: size };
}

/** The pattern's first group where it occurs exactly once. */
function only(text: string, pattern: RegExp): string | undefined {
  const found = [...text.matchAll(pattern)];
  return found.length === 1 ? found[0]![1] : undefined;
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function problem(message: string): Problem {
  return { message };
}
