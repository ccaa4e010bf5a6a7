// The promises about the run itself, time and spend, beside those about the file.
import { gateSpend, gateTime } from "../gate/spent.ts";
import type { PromiseResult } from "../workflow/records/measurement.ts";
import type { Budget } from "../workflow/records/plan.ts";

/** Adds time and spend where the budget promises them and nobody has held them yet. Nothing here has a price. */
export function withRunPromises(
  results: readonly PromiseResult[],
  { time_s, spend_usd }: Budget,
  elapsed_s: number | null,
): PromiseResult[] {
  const held = new Set(results.map((result) => result.promise));
  return [
    ...results,
    ...(time_s !== undefined && !held.has("time") ? [gateTime(time_s, elapsed_s)] : []),
    ...(spend_usd !== undefined && !held.has("spend") ? [gateSpend(spend_usd, null)] : []),
  ];
}
