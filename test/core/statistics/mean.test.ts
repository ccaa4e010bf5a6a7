// Student's quantiles against the table, and the coverage of the intervals of a mean by simulation.
import { describe, expect, it } from "vitest";
import { bootstrapMean } from "../../../core/statistics/bootstrap.ts";
import { mean, meanInterval, meanUpperBound } from "../../../core/statistics/mean.ts";
import { NORMAL_ONE_SIDED_95, NORMAL_TWO_SIDED_95 } from "../../../core/statistics/normal.ts";
import { seededRandom } from "../../../core/statistics/random.ts";
import { studentQuantile } from "../../../core/statistics/student.ts";

const TRIALS = 2000;

function coverage(draw: () => number, n: number, covers: (values: number[]) => boolean, trials = TRIALS): number {
  let covered = 0;
  for (let trial = 0; trial < trials; trial += 1) if (covers(Array.from({ length: n }, draw))) covered += 1;
  return covered / trials;
}

/** Box and Muller 1958. */
const normal = (random: () => number) => () =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const exponential = (random: () => number) => () => -Math.log(1 - random());

describe("studentQuantile", () => {
  it.each([
    [1, 12.706, 6.314],
    [2, 4.303, 2.92],
    [4, 2.776, 2.132],
    [6, 2.447, 1.943],
    [9, 2.262, 1.833],
    [29, 2.045, 1.699],
  ])("gives the table's values at %i degrees of freedom", (degrees, twoSided, oneSided) => {
    expect(Math.abs(studentQuantile(0.975, NORMAL_TWO_SIDED_95, degrees) - twoSided)).toBeLessThan(0.0015);
    expect(Math.abs(studentQuantile(0.95, NORMAL_ONE_SIDED_95, degrees) - oneSided)).toBeLessThan(0.0015);
  });

  it("refuses less than one degree of freedom", () => {
    expect(() => studentQuantile(0.975, NORMAL_TWO_SIDED_95, 0)).toThrow("Expected degrees of freedom");
  });
});

describe("meanInterval", () => {
  it("covers the mean of 7 normal values about 95 % of the time", () => {
    const share = coverage(normal(seededRandom(1)), 7, (values) => {
      const { low, high } = meanInterval(values);
      return low <= 0 && 0 <= high;
    });
    expect(share).toBeGreaterThan(0.935);
    expect(share).toBeLessThan(0.965);
  });

  it("bounds the mean from above about 95 % of the time", () => {
    const share = coverage(normal(seededRandom(2)), 7, (values) => 0 <= meanUpperBound(values));
    expect(share).toBeGreaterThan(0.935);
    expect(share).toBeLessThan(0.965);
  });

  it("refuses a single value", () => {
    expect(() => meanInterval([1])).toThrow("Expected degrees of freedom of at least 1, got 0");
    expect(() => mean([])).toThrow("Expected at least one value");
  });
});

describe("bootstrapMean", () => {
  it("covers the mean of 100 exponential values about 93 % of the time", () => {
    const draw = exponential(seededRandom(3));
    const resampling = seededRandom(4);
    const covers = (values: number[]) => {
      const { low, high } = bootstrapMean(values, resampling);
      return low <= 1 && 1 <= high;
    };
    const share = coverage(draw, 100, covers, 150);
    expect(share).toBeGreaterThan(0.88);
    expect(share).toBeLessThanOrEqual(1);
  });

  it("gives the same interval for the same seed, and another for another", () => {
    const values = Array.from({ length: 30 }, (_, at) => Math.sqrt(at));
    expect(bootstrapMean(values, seededRandom(5))).toEqual(bootstrapMean(values, seededRandom(5)));
    expect(bootstrapMean(values, seededRandom(5))).not.toEqual(bootstrapMean(values, seededRandom(6)));
  });
});
