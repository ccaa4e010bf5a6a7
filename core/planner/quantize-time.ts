// Seconds that quantizing one candidate takes: calibration runs the network, adaptive rounding goes through its weights, and where a
// latency is promised the precisions of each new structure are timed.
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { Candidate } from "../workflow/records/training.ts";
import type { FixedCosts } from "./fixed-costs.ts";
import { COST } from "./recipes.ts";

export type Quantized = Pick<Candidate, "input_size" | "prune" | "continues">;

/** A limit on latency says nothing of the ratios that will remain, so it counts as none. */
export function quantizeSeconds(
  { latency_ms_p95 }: PlanRecord["budget"],
  fixed: FixedCosts,
  { input_size, prune, continues }: Quantized,
): number {
  const work = (prune?.macs_ratio ?? 1) * (input_size / COST.forward_size) ** 2;
  const own = fixed.quantize + fixed.quantize_parameters * (prune?.parameters_ratio ?? 1) + fixed.quantize_macs * work;
  const is_timed = latency_ms_p95 !== undefined && continues === undefined;
  return own + (is_timed ? fixed.time_precisions + fixed.time_precisions_macs * work : 0);
}
