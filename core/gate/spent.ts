// The promises about the run itself: wall time, and money where something reports a price.
import type { PromiseResult } from "../workflow/records/measurement.ts";

export function gateTime(promised_s: number, elapsed_s: number | null): PromiseResult {
  return gateSpent("time", promised_s, elapsed_s, "s", "the run's wall time was not recorded");
}

export function gateSpend(promised_usd: number, spent_usd: number | null): PromiseResult {
  return gateSpent("spend", promised_usd, spent_usd, "USD", "this machine has no price, so nothing was charged");
}

function gateSpent(
  promise: "time" | "spend",
  promised: number,
  measured: number | null,
  unit: string,
  unknown: string,
): PromiseResult {
  if (measured === null) return { promise, verdict: "not-measured", promised, measured, unit, reason: unknown };
  const kept = measured <= promised;
  const reason = `${Number(measured.toFixed(unit === "USD" ? 3 : 2))} ${unit} used, ${kept ? "within" : "over"} ${promised} ${unit}`;
  return { promise, verdict: kept ? "passed" : "failed", promised, measured, unit, reason };
}
