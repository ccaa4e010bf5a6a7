// Which input sizes a run may use: the pretrained size and smaller ones, in steps that every stride divides.
import { SEARCH } from "./recipes.ts";

const STEP_PX = 16;
const SHARES = [1, 6 / 7, 5 / 7, 4 / 7, 1 / 2];

/** Descending, unique; for 224: 224, 192, 160, 128, 112. */
export function planInputSizes(pretrained: number): number[] {
  const sizes = SHARES.map((share) =>
    share === 1 ? pretrained : Math.round((pretrained * share) / STEP_PX) * STEP_PX,
  );
  return [...new Set(sizes)].filter((size) => size > 0 && size <= pretrained);
}

/** The planned sizes that are not too small to keep what was pretrained, descending. */
export function usableSizes(sizes: readonly number[], pretrained: number): number[] {
  const usable = sizes.filter((size) => size >= pretrained * SEARCH.size_ratio_min);
  return [...(usable.length > 0 ? usable : sizes)].sort((a, b) => b - a);
}

/** The size that kept accuracy in measurements, or the next smaller one that is planned. */
export function safeSize(sizes: readonly number[], pretrained: number): number {
  const usable = usableSizes(sizes, pretrained);
  return usable.find((size) => size <= pretrained * SEARCH.safe_size_ratio + 1e-9) ?? usable.at(-1)!;
}
