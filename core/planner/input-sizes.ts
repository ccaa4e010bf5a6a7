// Which of the planned input sizes are worth a candidate, and which one kept accuracy in measurements.
import type { PlanRecord } from "../workflow/records/plan.ts";
import { SEARCH } from "./recipes.ts";

const PROFILED_RATIO = 0.75;

type Sizes = Pick<PlanRecord, "backbone" | "crop_size" | "input_sizes">;

/** Descending: neither larger than what training crops are cut from, nor too small to keep what was pretrained. */
export function usableSizes({ backbone, crop_size, input_sizes }: Sizes): number[] {
  const sizes = input_sizes.filter((size) => size <= crop_size);
  const large = sizes.filter((size) => size >= backbone.input_size * SEARCH.size_ratio_min);
  const usable = [large, sizes, input_sizes].find((list) => list.length > 0) ?? [];
  return [...usable].sort((a, b) => b - a);
}

/** Of students: none larger than their teacher's, which was the best of those tried. At least one. */
export function studentSizes(plan: Sizes, teacher_size: number): number[] {
  const usable = usableSizes(plan);
  const within = usable.filter((size) => size <= teacher_size);
  return within.length > 0 ? within : usable.slice(-1);
}

/** Which the profile measures: the largest, the smallest and, between, one for each three quarters; the others' are interpolated. */
export function profiledSizes(sizes: readonly number[]): number[] {
  const descending = sizes.toSorted((a, b) => b - a);
  const kept: number[] = [];
  for (const size of descending) if (kept.every((larger) => size <= PROFILED_RATIO * larger)) kept.push(size);
  return [...new Set([...kept, ...descending.slice(-1)])];
}

/** The size that kept accuracy in measurements, or the next smaller one that is planned. */
export function safeSize(plan: Sizes): number {
  const usable = usableSizes(plan);
  const safe = plan.backbone.input_size * SEARCH.safe_size_ratio + 1e-9;
  return usable.find((size) => size <= safe) ?? usable.at(-1)!;
}
