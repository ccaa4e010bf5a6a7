// The weights of the bicubic resize.
import fc from "fast-check";
import { expect, test } from "vitest";
import { bicubicTaps, TAPS_ONE } from "../../../core/pixels/bicubic-taps.ts";

const side = fc.integer({ min: 1, max: 2000 });

test("the weights of every output add up to one, and those of inputs that don't exist are zero", () => {
  fc.assert(
    fc.property(side, side, (from, to) => {
      const { pairs, starts, weights } = bicubicTaps(from, to);
      expect(starts.length).toBe(to);
      expect(weights.length).toBe(to * pairs * 2);
      for (let at = 0; at < to; at += 1) {
        const own = weights.subarray(at * pairs * 2, (at + 1) * pairs * 2);
        expect(own.reduce((sum, weight) => sum + weight, 0)).toBe(TAPS_ONE);
        expect(starts[at]).toBeGreaterThanOrEqual(0);
        expect(starts[at]).toBeLessThan(from);
        expect(own.subarray(from - starts[at]!).every((weight) => weight === 0)).toBe(true);
      }
    }),
  );
});

test("the same size is the same samples", () => {
  const { pairs, starts, weights } = bicubicTaps(5, 5);
  for (let at = 0; at < 5; at += 1) {
    const own = [...weights.subarray(at * pairs * 2, (at + 1) * pairs * 2)];
    expect(own.filter((weight) => weight !== 0)).toEqual([TAPS_ONE]);
    expect(starts[at]! + own.indexOf(TAPS_ONE)).toBe(at);
  }
});

test("halving weighs eight samples around the middle, alike on both sides to one unit", () => {
  const { pairs, starts, weights } = bicubicTaps(64, 32);
  expect(pairs).toBeGreaterThanOrEqual(4);
  const own = [...weights.subarray(16 * pairs * 2, 17 * pairs * 2)].filter((weight) => weight !== 0);
  expect(own).toHaveLength(8);
  for (let at = 0; at < 4; at += 1) expect(Math.abs(own[at]! - own[7 - at]!)).toBeLessThanOrEqual(1);
  expect(starts[16]).toBe(29);
});
