// The room between a median and its 95th percentile, by how long a run takes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { p95OverP50, tailOf } from "../../../core/layer-times/tail.ts";

describe("a tail", () => {
  it("is the median and the gate's bound of the 95th percentile", () => {
    const block = Array.from({ length: 20 }, (_, at) => (at < 18 ? 2 : 3));
    expect(tailOf([block, block])).toEqual({ ms_p50: 2, ms_p95_upper: 3 });
  });
});

describe("the tail at another duration", () => {
  const tails = [
    { ms_p50: 4, ms_p95_upper: 4.4 },
    { ms_p50: 1, ms_p95_upper: 1.2 },
  ];

  it("has the excess of its neighbours, by the logarithm of the time, and outside them that of the nearest", () => {
    expect(p95OverP50(tails, 2)).toBeCloseTo(1 + 0.3 / 2, 9);
    expect(p95OverP50(tails, 0.5)).toBeCloseTo(1.4, 9);
    expect(p95OverP50(tails, 5)).toBeCloseTo(1.08, 9);
    expect(p95OverP50(tails.slice(0, 1), 2)).toBeCloseTo(1.2, 9);
  });

  it("is held within what a machine does, whatever paused it while it was measured", () => {
    const ms = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    const any = fc.tuple(ms, ms).map(([ms_p50, excess]) => ({ ms_p50, ms_p95_upper: ms_p50 + excess }));
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 5 }), ms, (list, at) => {
        expect(p95OverP50(list, at)).toBeGreaterThanOrEqual(1.05);
        expect(p95OverP50(list, at)).toBeLessThanOrEqual(1.6);
      }),
    );
  });
});
