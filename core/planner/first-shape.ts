// The first rung's shape: pruned only as far as the size promise asks, at the input size that kept accuracy.
// A latency promise makes the input smaller first: at equal latency that kept more accuracy than pruning.
import { parametersRatioFor } from "../budget/size.ts";
import type { PlanRecord } from "../workflow/records/plan.ts";
import { safeSize, usableSizes } from "./input-sizes.ts";
import type { Network } from "./network.ts";
import { COST, SEARCH } from "./recipes.ts";
import type { Shape } from "./shape.ts";

export function firstShape(plan: PlanRecord, network: Network): Shape {
  const parameters_ratio = parametersRatio(plan.budget.size_bytes, network);
  const safe = safeSize(plan);
  const promise = plan.budget.latency_ms_p95;
  if (promise === undefined) return { input_size: safe, parameters_ratio, macs_ratio: 1 };
  const sizes = usableSizes(plan).filter((size) => size <= safe);
  const affordable = promise * (1 - SEARCH.latency_margin);
  const predicted = (size: number) => (network.macsAt(size) * parameters_ratio) / COST.int8_macs_per_ms;
  return {
    input_size: sizes.find((size) => predicted(size) <= affordable) ?? sizes.at(-1)!,
    parameters_ratio,
    macs_ratio: 1,
  };
}

/** Rounded down to 0.1 %, so that a byte more or less makes no other candidate. */
function parametersRatio(size_bytes: number | undefined, network: Network): number {
  if (size_bytes === undefined) return 1;
  const ratio = parametersRatioFor(size_bytes, network.parameters, SEARCH.size_margin);
  return Math.max(SEARCH.parameters_ratio_min, Math.floor(ratio * 1000) / 1000);
}
