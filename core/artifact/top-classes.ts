// The most likely classes of one sample.
import { softmax } from "../statistics/logits.ts";

export interface ClassProbability {
  readonly label: string;
  /** 0 to 1. */
  readonly probability: number;
}

/** At most `count` classes, the likeliest first; equal ones in the classes' order. */
export function topClasses(logits: ArrayLike<number>, labels: readonly string[], count: number): ClassProbability[] {
  return softmax(logits)
    .map((probability, index) => ({ label: labels[index]!, probability }))
    .toSorted((a, b) => b.probability - a.probability)
    .slice(0, count);
}
