// Latency records from blocks: percentiles, the bound that a promise is held against, speed-ups.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latencyOf, speedup } from "../../../core/statistics/latency.ts";
import { seededRandom } from "../../../core/statistics/random.ts";

const ms = fc.double({ min: 0.05, max: 500, noNaN: true });
const blocks = fc.array(fc.array(ms, { minLength: 4, maxLength: 20 }), { minLength: 2, maxLength: 8 });

describe("latencyOf", () => {
  it("keeps its percentiles and bound in order", () => {
    fc.assert(
      fc.property(blocks, (own) => {
        const { ms_p50, ms_p95, ms_p99, ms_p95_upper, speedup_over_baseline } = latencyOf(own, own);
        expect(ms_p50 <= ms_p95 && ms_p95 <= ms_p99 && ms_p95 <= ms_p95_upper).toBe(true);
        expect(speedup_over_baseline.value).toBeCloseTo(1, 10);
      }),
    );
  });

  it("widens the bound when blocks differ", () => {
    const even = latencyOf(
      [
        [4, 4, 4],
        [4, 4, 4],
        [4, 4, 4],
      ],
      [[8], [8], [8]],
    );
    const uneven = latencyOf(
      [
        [4, 4, 4],
        [4, 4, 4],
        [4, 4, 6],
      ],
      [[8], [8], [8]],
    );
    expect(even.ms_p95_upper).toBe(4);
    expect(uneven.ms_p95_upper).toBeGreaterThan(6);
  });

  it("bounds the true p95 from above in most measurements of noisy blocks", () => {
    const random = seededRandom(9);
    let kept = 0;
    const trials = 400;
    for (let trial = 0; trial < trials; trial += 1) {
      // Each run takes 4 to 5 ms, and each block is slower or faster by up to 5 %: p95 is near 4.97 ms.
      const own = Array.from({ length: 7 }, () => {
        const drift = 0.95 + 0.1 * random();
        return Array.from({ length: 20 }, () => (4 + random()) * drift);
      });
      if (latencyOf(own, own).ms_p95_upper >= 4.9) kept += 1;
    }
    expect(kept / trials).toBeGreaterThan(0.93);
  });
});

describe("speedup", () => {
  it("is the ratio of medians, block by block", () => {
    const baseline = [
      [8, 8, 100],
      [16, 16, 16],
    ];
    const own = [
      [2, 2, 2],
      [4, 4, 1],
    ];
    expect(speedup(baseline, own).value).toBeCloseTo(4);
  });

  it("is the inverse with the two exchanged, interval included", () => {
    fc.assert(
      fc.property(blocks, fc.double({ min: 0.2, max: 5, noNaN: true }), (own, factor) => {
        const other = own.map((block, at) => block.map((value) => value * factor * (1 + at / 10)));
        const there = speedup(own, other);
        const back = speedup(other, own);
        expect(there.value * back.value).toBeCloseTo(1, 8);
        expect(there.low * back.high).toBeCloseTo(1, 8);
      }),
    );
  });

  it("refuses another number of blocks than the baseline's", () => {
    expect(() => speedup([[1], [1]], [[1]])).toThrow("Expected as many blocks");
  });
});
