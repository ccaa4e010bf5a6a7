// Means over the pictures of several comparisons. The bootstrap draws pictures, not answers: what a picture got in several
// comparisons (seeds, networks) is averaged first, since answers to one picture are not independent.
import { bootstrapMean } from "../../core/statistics/bootstrap.ts";
import { mean } from "../../core/statistics/mean.ts";
import { seededRandom } from "../../core/statistics/random.ts";
import type { Estimate } from "../../core/workflow/records/measurement.ts";

export interface ByPicture {
  /** Which pictures in which order: equal for equal ones. */
  readonly pictures: string;
  readonly values: readonly number[];
}

/** With its 95 % interval; n is the number of different pictures. Undefined without any. */
export function pooledMean(comparisons: readonly ByPicture[]): Estimate | undefined {
  if (comparisons.length === 0) return undefined;
  const bySet = [...Map.groupBy(comparisons, ({ pictures }) => pictures).values()];
  const values = bySet.flatMap((same) => same[0]!.values.map((_, at) => mean(same.map((each) => each.values[at]!))));
  return bootstrapMean(values, seededRandom(0));
}
