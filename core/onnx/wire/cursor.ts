// Reads protobuf's wire format (protobuf.dev/programming-guides/encoding): tags, varints, fixed-width numbers, lengths.

/** Why bytes are no message: shown to the user with the place. */
export class WireError extends Error {}

export interface Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  position: number;
  end: number;
}

export function cursorOver(given: Uint8Array): Cursor {
  // A plain view: a Node Buffer's slice() would share memory where Uint8Array's copies.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes, view, position: 0, end: bytes.length };
}

/** An unsigned varint of at most 32 bits (tags and lengths). */
export function readSmall(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = nextByte(cursor);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) {
      if (value >= 2 ** 32) break;
      return value;
    }
  }
  throw new WireError("expected a number of at most 32 bits");
}

/** A varint of 64 bits, unsigned. */
export function readVarint(cursor: Cursor): bigint {
  const start = cursor.position;
  let low = 0;
  for (let shift = 0; shift < 49; shift += 7) {
    const byte = nextByte(cursor);
    low += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return BigInt(low);
  }
  cursor.position = start;
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = nextByte(cursor);
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (value >= 1n << 64n) break;
      return value;
    }
  }
  throw new WireError("expected a number of at most 64 bits");
}

/** Moves past `length` bytes and gives them, not copied. */
export function take(cursor: Cursor, length: number): Uint8Array {
  const start = cursor.position;
  if (length > cursor.end - start) throw new WireError("the file ends, or its parent does, inside this field");
  cursor.position = start + length;
  return cursor.bytes.subarray(start, cursor.position);
}

export function readFloat(cursor: Cursor): number {
  const at = cursor.position;
  take(cursor, 4);
  return cursor.view.getFloat32(at, true);
}

export function readDouble(cursor: Cursor): number {
  const at = cursor.position;
  take(cursor, 8);
  return cursor.view.getFloat64(at, true);
}

function nextByte(cursor: Cursor): number {
  if (cursor.position >= cursor.end) throw new WireError("the file ends, or its parent does, inside a number");
  return cursor.bytes[cursor.position++]!;
}
