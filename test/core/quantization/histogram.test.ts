// Histograms and the ranges that observers read from them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { added, BINS, binEdge, emptyHistogram, type Histogram } from "../../../core/quantization/histogram.ts";
import { minMax, percentile, squaredError } from "../../../core/quantization/observer.ts";

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const of = (...parts: readonly (readonly number[])[]): Histogram =>
  parts.reduce((histogram, part) => added(histogram, Float32Array.from(part)), emptyHistogram());

describe("a histogram", () => {
  it("depends neither on the order of values nor on how they are cut into parts", () => {
    fc.assert(
      fc.property(fc.array(fc.array(float, { maxLength: 20 }), { maxLength: 6 }), (parts) => {
        const whole = of(parts.flat());
        expect(of(...parts)).toEqual(whole);
        expect(of(...parts.toReversed().map((part) => part.toReversed()))).toEqual(whole);
      }),
    );
  });

  it("counts every value once, in the bin that holds it", () => {
    fc.assert(
      fc.property(fc.array(float, { minLength: 1, maxLength: 50 }), (values) => {
        const histogram = of(values);
        expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
        expect(histogram.count).toBe(values.length);
        for (const value of values.filter((each) => each !== 0)) {
          const bin = Array.from({ length: BINS }, (_, at) => at).find((at) => binEdge(histogram, at + 1) > value)!;
          expect(binEdge(histogram, bin)).toBeLessThanOrEqual(value);
          expect(histogram.counts[bin]).toBeGreaterThan(0);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("is broken by NaN and infinities, and stays so", () => {
    for (const value of [Number.NaN, Infinity, -Infinity]) expect(of([1, value], [2]).broken).toBe(true);
    expect(of([1, 2]).broken).toBe(false);
  });
});

describe("min-max", () => {
  it("covers every value and zero", () => {
    expect(minMax.range(of([2, 5]))).toEqual({ low: 0, high: 5 });
    expect(minMax.range(of([-2, -1]))).toEqual({ low: -2, high: 0 });
    expect(minMax.range(emptyHistogram())).toEqual({ low: 0, high: 0 });
  });
});

describe("percentile", () => {
  it("clips outliers and keeps the bulk", () => {
    const bulk = Array.from({ length: 100_000 }, (_, at) => at / 100_000);
    const { low, high } = percentile(0.999).range(of(bulk, [50, -30]));
    expect(low).toBeGreaterThan(-0.1);
    expect(high).toBeGreaterThan(0.99);
    expect(high).toBeLessThan(1.1);
  });

  it("never goes beyond what was seen, and holds zero", () => {
    fc.assert(
      fc.property(
        fc.array(float, { maxLength: 60 }),
        fc.double({ min: 0.5, max: 1, noNaN: true }),
        (values, coverage) => {
          const histogram = of(values);
          const full = minMax.range(histogram);
          const { low, high } = percentile(coverage).range(histogram);
          expect(low).toBeGreaterThanOrEqual(full.low);
          expect(high).toBeLessThanOrEqual(full.high);
          expect(low).toBeLessThanOrEqual(0);
          expect(high).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

describe("squared-error", () => {
  it("keeps an even spread whole, and gives up a lone outlier", () => {
    const even = Array.from({ length: 10_000 }, (_, at) => at / 10_000);
    expect(squaredError.range(of(even))).toEqual(minMax.range(of(even)));
    expect(squaredError.range(of(even, even, [3])).high).toBeLessThan(3);
  });
});
