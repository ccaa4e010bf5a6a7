// A budget's promises about a file, each held against its measurement. A promise that was not made gives no result.
import type { Measurable } from "../targets/target.ts";
import type { MeasuredFile, PromiseResult } from "../workflow/records/measurement.ts";
import type { Budget } from "../workflow/records/plan.ts";
import { gateAccuracyDrop } from "./accuracy-drop.ts";
import { gateLatency } from "./latency.ts";
import { gateSize } from "./size.ts";

export function holdPromises(budget: Budget, file: MeasuredFile, device: Measurable): PromiseResult[] {
  const results = holdSizeAndLatency(budget, file, device);
  if (budget.accuracy_drop_points === undefined) return results;
  return [...results, gateAccuracyDrop(budget.accuracy_drop_points, file.accuracy.drop_points)];
}

/** Those that need no labelled sample. */
export function holdSizeAndLatency(
  { size_bytes, latency_ms_p95 }: Budget,
  file: Pick<MeasuredFile, "size_bytes" | "latency">,
  device: Measurable,
): PromiseResult[] {
  const results: PromiseResult[] = [];
  if (size_bytes !== undefined) results.push(gateSize(size_bytes, file.size_bytes));
  if (latency_ms_p95 !== undefined) results.push(gateLatency(latency_ms_p95, file.latency, device));
  return results;
}

/** A file goes forward when no promise failed; one that can't be measured here is warned of, not failed. */
export function keepsPromises(results: readonly PromiseResult[]): boolean {
  return results.every(({ verdict }) => verdict !== "failed");
}
