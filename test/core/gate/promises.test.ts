// Gates answer passed, failed or not-measured, each with its reason; positive and negative pairs.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gateAccuracyDrop } from "../../../core/gate/accuracy-drop.ts";
import { gateLatency } from "../../../core/gate/latency.ts";
import { holdPromises, keepsPromises } from "../../../core/gate/promises.ts";
import { gateSize } from "../../../core/gate/size.ts";
import { gateSpend, gateTime } from "../../../core/gate/spent.ts";
import type { Estimate, MeasuredFile } from "../../../core/workflow/records/measurement.ts";

const here = { measurable: true } as const;
const latency = (upper: number, blocks = 7) => ({ ms_p95: upper * 0.95, ms_p95_upper: upper, blocks });
const drop = (value: number, n = 100): Estimate => ({ value, low: value - 3, high: value + 3, n });

describe("the size gate", () => {
  it("passes up to the last byte and fails one byte over", () => {
    expect(gateSize(2_500_000, 2_500_000).verdict).toBe("passed");
    expect(gateSize(2_500_000, 2_500_001).verdict).toBe("failed");
  });
});

describe("the latency gate", () => {
  it("holds the upper bound against the promise, not p95 itself", () => {
    expect(gateLatency(4, latency(4), here).verdict).toBe("passed");
    expect(gateLatency(4, { ms_p95: 3.9, ms_p95_upper: 4.1, blocks: 7 }, here)).toMatchObject({
      verdict: "failed",
      measured: 3.9,
      high: 4.1,
    });
  });

  it("measures nothing from fewer than 5 blocks", () => {
    expect(gateLatency(4, latency(1, 4), here)).toMatchObject({ verdict: "not-measured", measured: null });
    expect(gateLatency(4, latency(1, 5), here).verdict).toBe("passed");
  });

  it("gives the device's reason where it is not here", () => {
    const away = { measurable: false, reason: "not measurable here" } as const;
    expect(gateLatency(4, latency(1), away)).toMatchObject({ verdict: "not-measured", reason: "not measurable here" });
  });
});

describe("the accuracy gate", () => {
  it("lets the point estimate decide and shows the interval", () => {
    expect(gateAccuracyDrop(3, drop(3))).toMatchObject({ verdict: "passed", low: 0, high: 6 });
    expect(gateAccuracyDrop(3, drop(3.01)).verdict).toBe("failed");
    expect(gateAccuracyDrop(3, drop(-2)).verdict).toBe("passed");
  });

  it("does not fail a drop that equals the promise but for rounding", () => {
    expect(gateAccuracyDrop(30, drop((0.1 + 0.2) * 100)).verdict).toBe("passed");
  });

  it("measures nothing without samples", () => {
    expect(gateAccuracyDrop(3, drop(0, 0)).verdict).toBe("not-measured");
  });
});

describe("the gates on what a run used", () => {
  it("pass within, fail over, and say where nothing was recorded", () => {
    expect(gateTime(600, 600).verdict).toBe("passed");
    expect(gateTime(600, 601).verdict).toBe("failed");
    expect(gateTime(600, null)).toMatchObject({ verdict: "not-measured", measured: null });
    expect(gateSpend(2, null)).toMatchObject({ verdict: "not-measured", promise: "spend" });
    expect(gateSpend(2, 2.5).verdict).toBe("failed");
  });
});

describe("holdPromises", () => {
  const file = {
    size_bytes: 1000,
    latency: latency(2),
    accuracy: { drop_points: drop(1) },
  } as unknown as MeasuredFile;

  it("answers exactly the promises that were made", () => {
    expect(holdPromises({}, file, here)).toEqual([]);
    const all = { size_bytes: 1, latency_ms_p95: 1, accuracy_drop_points: 1, time_s: 1, spend_usd: 1 };
    expect(holdPromises(all, file, here).map(({ promise }) => promise)).toEqual([
      "size",
      "latency-p95",
      "accuracy-drop",
    ]);
  });

  it("gives every result a reason, and passes exactly what is within the promise", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0.1, max: 5, noNaN: true }), (size, ms) => {
        const results = holdPromises({ size_bytes: size, latency_ms_p95: ms }, file, here);
        expect(results.every(({ reason }) => reason.length > 0)).toBe(true);
        expect(results[0]!.verdict === "passed").toBe(1000 <= size);
        expect(results[1]!.verdict === "passed").toBe(2 <= ms);
        expect(keepsPromises(results)).toBe(1000 <= size && 2 <= ms);
      }),
    );
  });

  it("lets a file forward whose promise can't be measured here, but not one that fails", () => {
    expect(keepsPromises([gateSpend(2, null)])).toBe(true);
    expect(keepsPromises([gateSpend(2, null), gateSize(1, 2)])).toBe(false);
  });
});
