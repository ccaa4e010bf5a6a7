// The room between a median and its 95th percentile, by how long a run takes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { p95OverP50, tailOf } from "../../../core/layer-times/tail.ts";

describe("a tail", () => {
  it("is the gate's bound of the 95th percentile over the median", () => {
    const block = Array.from({ length: 20 }, (_, at) => (at < 18 ? 2 : 3));
    expect(tailOf([block, block])).toEqual({ ms_p50: 2, p95_over_p50: 1.5 });
  });
});

describe("the tail at another duration", () => {
  const tails = [
    { ms_p50: 4, p95_over_p50: 1.1 },
    { ms_p50: 0.25, p95_over_p50: 1.5 },
  ];

  it("lies between its neighbours, by the logarithm of the time, and is the nearest one outside them", () => {
    expect(p95OverP50(tails, 1)).toBeCloseTo(1.3, 9);
    expect(p95OverP50(tails, 0.01)).toBe(1.5);
    expect(p95OverP50(tails, 40)).toBe(1.1);
    expect(p95OverP50(tails.slice(0, 1), 1)).toBe(1.1);
  });

  it("is held within what a machine does, whatever paused it while it was measured", () => {
    const any = fc.record({
      ms_p50: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
      p95_over_p50: fc.double({ min: 1, max: 50, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(any, { minLength: 1, maxLength: 5 }),
        fc.double({ min: 1e-4, max: 1e4, noNaN: true }),
        (list, ms) => {
          const ratio = p95OverP50(list, ms);
          expect(ratio).toBeGreaterThanOrEqual(1.05);
          expect(ratio).toBeLessThanOrEqual(1.6);
        },
      ),
    );
  });
});
