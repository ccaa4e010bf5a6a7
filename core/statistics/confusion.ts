// The confusion matrix, [true class][predicted class], and each class's recall with Wilson's interval.
import type { Proportion } from "../workflow/records/measurement.ts";
import { wilson } from "./wilson.ts";

/** A class with fewer samples is not measured. */
export const CLASS_COUNT_MIN = 5;

export function confusionMatrix(labels: ArrayLike<number>, predicted: readonly number[], classes: number): number[][] {
  if (labels.length !== predicted.length) {
    throw new RangeError(`Expected a prediction for each of ${labels.length} labels, got ${predicted.length}`);
  }
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [sample, answer] of predicted.entries()) {
    const row = matrix[labels[sample]!];
    if (row?.[answer] === undefined) {
      throw new RangeError(`Expected classes of 0 to ${classes - 1}, got ${labels[sample]} and ${answer}`);
    }
    row[answer]! += 1;
  }
  return matrix;
}

/** null where the class has fewer than CLASS_COUNT_MIN samples. */
export function recallPerClass(confusion: readonly (readonly number[])[]): (Proportion | null)[] {
  return confusion.map((row, at) => {
    const n = row.reduce((sum, count) => sum + count, 0);
    return n < CLASS_COUNT_MIN ? null : wilson(row[at]!, n);
  });
}
