// What a file answered on each sample, for the report's examples.
import type { Prediction } from "../workflow/records/predictions.ts";
import { type Logits, predictedClass, rowOf, softmax } from "./logits.ts";

/** `samples` in the order of the logits' rows. */
export function predictionsOf(
  logits: Logits,
  samples: readonly Pick<Prediction, "label" | "path" | "sha256">[],
): Prediction[] {
  return samples.map((sample, at) => {
    const row = rowOf(logits, at);
    const predicted = predictedClass(row);
    return { ...sample, predicted, probability: softmax(row)[predicted]! };
  });
}
