// HWC to CHW.
import fc from "fast-check";
import { expect, test } from "vitest";
import { toTensor } from "../../../core/pixels/planar.ts";

test("puts the channels of an image into planes", () => {
  expect([...toTensor(Uint8Array.of(1, 2, 3, 4, 5, 6))]).toEqual([1, 4, 2, 5, 3, 6]);
});

test("places pixel p of channel c at c * H * W + p, and writes into a given target", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 3, maxLength: 300 }), (bytes) => {
      const pixels = bytes.subarray(0, bytes.length - (bytes.length % 3));
      const target = new Uint8Array(pixels.length);
      expect(toTensor(pixels, target)).toBe(target);
      const plane = pixels.length / 3;
      pixels.forEach((value, at) => {
        expect(target[(at % 3) * plane + Math.floor(at / 3)]).toBe(value);
      });
    }),
  );
});

test("refuses a length that is no multiple of three, and a target of another length", () => {
  expect(() => toTensor(new Uint8Array(4))).toThrow(/multiple of 3/);
  expect(() => toTensor(new Uint8Array(6), new Uint8Array(9))).toThrow(/one length/);
});
