// The accuracy promise: teacher minus file in points of top-1 on the same samples. The point estimate decides, the
// interval is shown.
import type { Estimate, PromiseResult } from "../workflow/records/measurement.ts";

export function gateAccuracyDrop(promised: number, drop: Estimate): PromiseResult {
  const { value, low, high, n } = drop;
  const common = { promise: "accuracy-drop", promised, unit: "points" } as const;
  if (n === 0)
    return { ...common, verdict: "not-measured", measured: null, reason: "there were no samples to measure" };
  // Counts over n: a drop of exactly the promise must not fail by a rounding of its last bit.
  const kept = value <= promised + 1e-9;
  const interval = `95 % interval ${low.toFixed(1)} to ${high.toFixed(1)}, n = ${n}`;
  const place = value < 0 ? `${(-value).toFixed(1)} points above` : `${value.toFixed(1)} points below`;
  const reason = `top-1 is ${place} the teacher's (drop: ${interval}), ${kept ? "within" : "over"} ${promised}`;
  return { ...common, verdict: kept ? "passed" : "failed", measured: value, low, high, reason };
}
