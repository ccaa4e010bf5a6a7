// Every run is counted once, whatever the times; the chart of them never holds a number that isn't one.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accuracyLatencyChart } from "../../../core/report/chart/accuracy-latency.ts";
import { latencyDistributionChart } from "../../../core/report/chart/latency-distribution.ts";
import { summarizeLatency } from "../../../core/report/latency-summary.ts";
import { wilson } from "../../../core/statistics/wilson.ts";
import { madeUpInputs, madeUpReport } from "../../fixtures/report-model.ts";

const time = fc.oneof(fc.double({ min: 1e-3, max: 5e3, noNaN: true }), fc.constantFrom(1, 4));
const blocks = fc.array(fc.array(time, { minLength: 1, maxLength: 25 }), { minLength: 1, maxLength: 30 });

function latencyOf(samples_ms: number[][]) {
  const sorted = samples_ms.flat().toSorted((a, b) => a - b);
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!;
  const base = madeUpInputs().measured!.shipped.latency;
  return { ...base, samples_ms, ms_p50: rank(0.5), ms_p95: rank(0.95), ms_p99: rank(0.99) };
}

describe("the latency summary", () => {
  it("counts every run once, in a bin or beyond the axis", () => {
    fc.assert(
      fc.property(blocks, (samples) => {
        const { histogram, blocks_ms } = summarizeLatency(latencyOf(samples));
        const binned = histogram.counts.reduce((sum, count) => sum + count, 0);
        expect(binned + histogram.beyond).toBe(samples.flat().length);
        expect(histogram.step_ms).toBeGreaterThan(0);
        expect(blocks_ms).toHaveLength(samples.length);
        for (const block of blocks_ms) expect(block.low <= block.p50 && block.p50 <= block.p95).toBe(true);
      }),
    );
  });

  it("is drawn with finite numbers, with a promise anywhere or none", () => {
    fc.assert(
      fc.property(blocks, fc.option(time), (samples, promised) => {
        const { markup } = latencyDistributionChart(summarizeLatency(latencyOf(samples)), promised);
        expect(markup).not.toMatch(/NaN|Infinity|undefined/);
        expect(markup).not.toMatch(/(?:width|height)="-/);
      }),
    );
  });
});

describe("the accuracy-latency chart", () => {
  it("is drawn with finite numbers for any points", () => {
    const model = madeUpReport();
    const base = model.search.points[0]!;
    const point = fc.record({ right: fc.nat({ max: 40 }), ms: time, on_front: fc.boolean() });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 12 }), fc.boolean(), (drawn, alone) => {
        const points = drawn.map(({ right, ms, on_front }, i) => {
          return { ...base, mark: String(i), top1: wilson(right, 40), latency_ms_p50: ms, on_front };
        });
        const search = { ...model.search, points };
        const { markup } = accuracyLatencyChart({ ...model, search, ...(alone && { teacher: null, baseline: null }) });
        expect(markup).not.toMatch(/NaN|Infinity|undefined/);
        expect(markup.match(/class="dot"/g)).toHaveLength(points.length);
      }),
    );
  });
});
