// Percentiles against the definition written down naively, and against numpy's answers.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { percentile } from "../../../core/statistics/percentile.ts";
import { sortSamples } from "../../../core/statistics/sorted-samples.ts";

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const samples = fc.array(finite, { minLength: 1, maxLength: 60 });

/** The value at fractional rank (n - 1) p, by walking along the sorted samples. */
function naive(values: readonly number[], percent: number): number {
  const ordered = [...values].sort((a, b) => a - b);
  let rank = ((ordered.length - 1) * percent) / 100;
  let at = 0;
  while (rank >= 1) {
    rank -= 1;
    at += 1;
  }
  return ordered[at]! * (1 - rank) + (ordered[at + 1] ?? ordered[at]!) * rank;
}

describe("percentile", () => {
  it("equals the naive definition", () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 0, max: 100 }), (values, percent) => {
        expect(percentile(sortSamples(values), percent)).toBeCloseTo(naive(values, percent), 5);
      }),
    );
  });

  it("gives what numpy.percentile gives", () => {
    const sorted = sortSamples([15, 20, 35, 40, 50]);
    expect([0, 5, 40, 50, 95, 100].map((percent) => percentile(sorted, percent))).toEqual([15, 16, 29, 35, 48, 50]);
  });

  it("never leaves the range of the samples and never falls as the percent rises", () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 0, max: 99 }), (values, percent) => {
        const sorted = sortSamples(values);
        const here = percentile(sorted, percent);
        expect(here).toBeGreaterThanOrEqual(sorted[0]!);
        expect(here).toBeLessThanOrEqual(sorted.at(-1)!);
        expect(percentile(sorted, percent + 1)).toBeGreaterThanOrEqual(here);
      }),
    );
  });

  it.each([-1, 101, Number.NaN])("refuses a percent of %s", (percent) => {
    expect(() => percentile(sortSamples([1]), percent)).toThrow("Expected a percent of 0 to 100");
  });
});

describe("sortSamples", () => {
  it("refuses no samples and samples that are not finite", () => {
    expect(() => sortSamples([])).toThrow("Expected at least one sample");
    expect(() => sortSamples([1, Number.NaN])).toThrow("Expected finite samples, got NaN");
    expect(() => sortSamples([Number.POSITIVE_INFINITY])).toThrow("Expected finite samples, got Infinity");
  });

  it("leaves its argument as it was", () => {
    const values = [3, 1, 2];
    expect(sortSamples(values)).toEqual([1, 2, 3]);
    expect(values).toEqual([3, 1, 2]);
  });
});
