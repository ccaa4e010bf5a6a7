// The .npy header against bytes that numpy wrote, and against hostile ones.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatNpyHeader, isNpyHeader, type NpyType, parseNpyHeader } from "../../../core/npy/header.ts";

/** What numpy 2.4.6 saves: 128 bytes, the dictionary padded with spaces and ended by a newline. */
function fromNumpy(dictionary: string): Uint8Array {
  return Buffer.from(`\x93NUMPY\x01\x00v\x00${dictionary.padEnd(117, " ")}\n`, "latin1");
}

function withText(text: string, version = 1): Uint8Array {
  const head = Buffer.from([0x93, ...Buffer.from("NUMPY"), version, 0]);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Buffer.concat([head, length, Buffer.from(text, "latin1")]);
}

const types: readonly NpyType[] = ["uint8", "int64", "float32"];

describe("formatNpyHeader", () => {
  test("writes the bytes that numpy.save writes", () => {
    expect(Buffer.from(formatNpyHeader("uint8", [2, 3, 3, 3]))).toEqual(
      fromNumpy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 3, 3), }"),
    );
    expect(Buffer.from(formatNpyHeader("int64", [4]))).toEqual(
      fromNumpy("{'descr': '<i8', 'fortran_order': False, 'shape': (4,), }"),
    );
    expect(Buffer.from(formatNpyHeader("float32", []))).toEqual(
      fromNumpy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }"),
    );
  });

  test("keeps its length when the first axis grows", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...types), fc.array(fc.nat(5000), { maxLength: 3 }), (rows, type, rest) => {
        expect(formatNpyHeader(type, [rows, ...rest]).length).toBe(formatNpyHeader(type, [0, ...rest]).length);
      }),
    );
  });
});

describe("parseNpyHeader", () => {
  test("reads back every header that was formatted", () => {
    const shapes = fc.array(fc.nat(300), { maxLength: 5 });
    fc.assert(
      fc.property(fc.constantFrom(...types), shapes, (type, shape) => {
        const bytes = formatNpyHeader(type, shape);
        const size = shape.reduce((product, axis) => product * axis, { uint8: 1, int64: 8, float32: 4 }[type]);
        expect(parseNpyHeader(bytes)).toEqual({ type, shape, data_offset_bytes: bytes.length, data_size_bytes: size });
      }),
    );
  });

  test("reads versions 2 and 3 and keys in any order", () => {
    const text = "{'shape': (7, 2), 'fortran_order': False, 'descr': '<f4'}\n";
    for (const version of [2, 3]) {
      expect(parseNpyHeader(withText(text, version))).toMatchObject({ type: "float32", shape: [7, 2] });
    }
  });

  test.each([
    ["no magic", Buffer.from("PNG and so on"), /does not start/],
    ["an empty file", Buffer.alloc(0), /does not start/],
    ["an unknown version", withText("{}", 9), /version 1 to 3, got 9/],
    ["a truncated header", formatNpyHeader("uint8", [1]).subarray(0, 60), /ends inside/],
    ["a header of megabytes", Buffer.from("\x93NUMPY\x02\x00\xff\xff\xff\x7f", "latin1"), /at most 4096 bytes/],
    ["pickled objects", withText("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"), /got \|O/],
    ["big-endian numbers", withText("{'descr': '>i8', 'fortran_order': False, 'shape': (1,), }"), /got >i8/],
    ["Fortran order", withText("{'descr': '|u1', 'fortran_order': True, 'shape': (1,), }"), /C order/],
    ["a negative axis", withText("{'descr': '|u1', 'fortran_order': False, 'shape': (-1,), }"), /once each/],
    ["an overflowing shape", withText(`{'descr': '|u1', 'fortran_order': False, 'shape': (${9e15}, 9), }`), /whole/],
    ["a doubled axis comma", withText("{'descr': '|u1', 'fortran_order': False, 'shape': (1,,2), }"), /whole/],
    ["a key twice", withText("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}"), /once each/],
  ])("refuses %s with a reason", (_, bytes, message) => {
    const parsed = parseNpyHeader(bytes);
    expect(isNpyHeader(parsed)).toBe(false);
    expect(parsed).toHaveProperty("message", expect.stringMatching(message));
  });

  test("answers for any bytes and never throws", () => {
    const good = formatNpyHeader("uint8", [12, 16, 16, 3]);
    const mutated = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => {
      const bytes = good.slice();
      bytes[at] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array()), (bytes) => {
        const parsed = parseNpyHeader(bytes);
        expect(isNpyHeader(parsed) || parsed.message.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
