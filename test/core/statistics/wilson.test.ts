// Wilson's interval against published values, and its coverage by simulation.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../core/statistics/random.ts";
import { wilson } from "../../../core/statistics/wilson.ts";

describe("wilson", () => {
  // Newcombe 1998, Statistics in Medicine 17:857, Table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("gives the published interval of %i of %i", (count, n, low, high) => {
    const interval = wilson(count, n);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it("holds its value inside, and mirrors failures to successes", () => {
    const pair = fc
      .integer({ min: 1, max: 3000 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(pair, ([count, n]) => {
        const { value, low, high } = wilson(count, n);
        expect(0 <= low && low <= value && value <= high && high <= 1).toBe(true);
        expect(wilson(n - count, n).low).toBeCloseTo(1 - high, 10);
      }),
    );
  });

  it.each([
    [0.5, 100],
    [0.87, 300],
    [0.97, 90],
  ])("covers a true proportion of %f at n = %i about 95 % of the time", (truth, n) => {
    const random = seededRandom(7);
    const trials = 2000;
    let covered = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      let count = 0;
      for (let sample = 0; sample < n; sample += 1) if (random() < truth) count += 1;
      const { low, high } = wilson(count, n);
      if (low <= truth && truth <= high) covered += 1;
    }
    expect(covered / trials).toBeGreaterThan(0.92);
    expect(covered / trials).toBeLessThan(0.98);
  });

  it.each([
    [1, 0],
    [3, 2],
    [-1, 5],
    [0.5, 5],
  ])("refuses %f of %i", (count, n) => {
    expect(() => wilson(count, n)).toThrow("Expected whole numbers");
  });
});
