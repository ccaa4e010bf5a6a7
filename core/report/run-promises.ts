// Promises that no gate has held: time and spend of the run, and those about a file where no file was measured.
import { gateSpend, gateTime } from "../gate/spent.ts";
import type { PromiseResult } from "../workflow/records/measurement.ts";
import type { Budget } from "../workflow/records/plan.ts";

/** Adds time and spend where the budget promises them and nobody has held them yet. */
export function withRunPromises(
  results: readonly PromiseResult[],
  { time_s, spend_usd }: Budget,
  elapsed_s: number | null,
  spent_usd: number | null,
): PromiseResult[] {
  const held = new Set(results.map((result) => result.promise));
  return [
    ...results,
    ...(time_s !== undefined && !held.has("time") ? [gateTime(time_s, elapsed_s)] : []),
    ...(spend_usd !== undefined && !held.has("spend") ? [gateSpend(spend_usd, spent_usd)] : []),
  ];
}

/** What was promised of a file, where there is none. */
export function unmeasuredPromises({ size_bytes, latency_ms_p95, accuracy_drop_points }: Budget): PromiseResult[] {
  const promised = [
    { promise: "size", promised: size_bytes, unit: "bytes" },
    { promise: "latency-p95", promised: latency_ms_p95, unit: "ms" },
    { promise: "accuracy-drop", promised: accuracy_drop_points, unit: "points" },
  ] as const;
  return promised.flatMap((made): PromiseResult[] => {
    if (made.promised === undefined) return [];
    const reason = "no file was measured";
    return [{ ...made, promised: made.promised, verdict: "not-measured", measured: null, reason }];
  });
}
