// The latency promise: accepted when the upper 95 % bound of p95, over at least 5 blocks, stays within it.
import type { Measurable } from "../targets/target.ts";
import type { Latency, PromiseResult } from "../workflow/records/measurement.ts";

export const LATENCY_BLOCKS_MIN = 5;

type MeasuredLatency = Pick<Latency, "ms_p95" | "ms_p95_upper" | "blocks">;

export function gateLatency(promised: number, latency: MeasuredLatency, device: Measurable): PromiseResult {
  const unmeasured = { promise: "latency-p95", verdict: "not-measured", promised, measured: null, unit: "ms" } as const;
  if (!device.measurable) return { ...unmeasured, reason: device.reason };
  if (latency.blocks < LATENCY_BLOCKS_MIN) {
    const reason = `expected at least ${LATENCY_BLOCKS_MIN} blocks of runs, got ${latency.blocks}`;
    return { ...unmeasured, reason };
  }
  const kept = latency.ms_p95_upper <= promised;
  const bound = latency.ms_p95_upper.toFixed(2);
  return {
    promise: "latency-p95",
    verdict: kept ? "passed" : "failed",
    promised,
    measured: latency.ms_p95,
    high: latency.ms_p95_upper,
    unit: "ms",
    reason: `the upper 95 % bound of p95 is ${bound} ms, ${kept ? "within" : "over"} ${promised} ms`,
  };
}
