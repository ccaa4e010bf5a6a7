// Protobuf's wire format, written: a message is a list of byte chunks, so that raw data is copied once, at the end.
import { FIELD_NUMBERS, type MessageName } from "./schema.ts";

/** A message under construction. */
export class MessageWriter {
  readonly #message: MessageName;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(message: MessageName) {
    this.#message = message;
  }

  get size_bytes(): number {
    return this.#size;
  }

  integer(name: string, value: bigint | number): void {
    this.#push(this.#tag(name, 0), varint(value));
  }

  float(name: string, value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#push(this.#tag(name, 5), bytes);
  }

  text(name: string, value: string): void {
    this.bytes(name, new TextEncoder().encode(value));
  }

  bytes(name: string, value: Uint8Array): void {
    this.#push(this.#tag(name, 2), smallVarint(value.length), value);
  }

  message(name: string, value: MessageWriter): void {
    this.#push(this.#tag(name, 2), smallVarint(value.#size));
    for (const chunk of value.#chunks) this.#push(chunk);
  }

  finish(): Uint8Array {
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }

  #tag(name: string, wire: number): Uint8Array {
    const number = FIELD_NUMBERS[this.#message].get(name);
    if (number === undefined) throw new Error(`Expected a field of ${this.#message}, got ${name}`);
    return smallVarint(number * 8 + wire);
  }

  #push(...chunks: Uint8Array[]): void {
    for (const chunk of chunks) {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
    }
  }
}

function varint(value: bigint | number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  // Tags and lengths fit a number, which is much faster.
  if (rest < 0x80000000n) return smallVarint(Number(rest));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function smallVarint(value: number): Uint8Array {
  if (value < 0x80) return Uint8Array.of(value);
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
