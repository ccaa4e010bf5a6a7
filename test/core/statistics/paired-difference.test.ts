// The paired interval against published values, its symmetry, and its coverage by simulation.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countPairs, pairedDifference } from "../../../core/statistics/paired-difference.ts";
import { seededRandom } from "../../../core/statistics/random.ts";

describe("pairedDifference", () => {
  // Fagerland, Lydersen and Laake 2014, Statistics in Medicine 33:2850: airway hyper-responsiveness, Newcombe's interval.
  it("gives the published interval of 21 pairs", () => {
    const interval = pairedDifference({ both: 1, first_only: 1, second_only: 7, neither: 12 });
    expect(interval.value).toBeCloseTo(-0.286, 3);
    expect(interval.low).toBeCloseTo(-0.507, 3);
    expect(interval.high).toBeCloseTo(-0.026, 3);
  });

  // Newcombe 1998, Statistics in Medicine 17:2635, method 10.
  it("gives the published interval of 50 pairs", () => {
    const interval = pairedDifference({ both: 36, first_only: 12, second_only: 2, neither: 0 });
    expect(interval.low).toBeCloseTo(0.0569, 4);
    expect(interval.high).toBeCloseTo(0.3404, 4);
  });

  it("changes its sign when the two are exchanged, and holds its value inside", () => {
    const count = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(count, count, count, count, (both, first_only, second_only, neither) => {
        fc.pre(both + first_only + second_only + neither > 0);
        const { value, low, high } = pairedDifference({ both, first_only, second_only, neither });
        const exchanged = pairedDifference({ both, first_only: second_only, second_only: first_only, neither });
        expect(low <= value + 1e-12 && value <= high + 1e-12).toBe(true);
        expect(exchanged.low).toBeCloseTo(-high, 10);
        expect(exchanged.high).toBeCloseTo(-low, 10);
      }),
    );
  });

  it("covers the true difference of two correlated classifiers about 95 % of the time", () => {
    const random = seededRandom(11);
    const trials = 1500;
    const n = 120;
    let covered = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      const first: boolean[] = [];
      const second: boolean[] = [];
      for (let sample = 0; sample < n; sample += 1) {
        // Both right 80 %, only the first 7 %, only the second 4 %, neither 9 %: the true difference is 0.03.
        const draw = random();
        first.push(draw < 0.87);
        second.push(draw < 0.8 || (draw >= 0.87 && draw < 0.91));
      }
      const { low, high } = pairedDifference(countPairs(first, second));
      if (low <= 0.03 && 0.03 <= high) covered += 1;
    }
    expect(covered / trials).toBeGreaterThan(0.93);
    expect(covered / trials).toBeLessThan(0.985);
  });

  it("is narrower than the same accuracies unpaired, where the two agree", () => {
    const paired = pairedDifference({ both: 85, first_only: 3, second_only: 2, neither: 10 });
    const opposed = pairedDifference({ both: 76, first_only: 12, second_only: 11, neither: 1 });
    expect(paired.high - paired.low).toBeLessThan(opposed.high - opposed.low);
  });

  it("refuses lists of different lengths", () => {
    expect(() => countPairs([true], [])).toThrow("Expected two lists of one length");
  });
});
