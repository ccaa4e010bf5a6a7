// How far quantized answers are from the float model's, in a measure that every sample informs: KL of answers that are softened
// until logits have a spread of 1. A model is sure of the pictures that it was trained on, and plain KL on a few dozen of those
// is the word of one or two of them: on pacs it refused the fit that brings other pictures' KL from 0.0084 to 0.0047.
import { klBySample } from "../statistics/divergence.ts";
import { type Logits, logitsOf, rowOf } from "../statistics/logits.ts";
import { mean } from "../statistics/mean.ts";

/** Mean over samples, in nats. */
export function softenedDivergence(reference: Logits, other: Logits): number {
  const spread = spreadOf(reference);
  return mean(klBySample(divided(reference, spread), divided(other, spread)));
}

/** Standard deviation of logits about their sample's mean, over all samples; 1 where they are all alike. */
function spreadOf(logits: Logits): number {
  const squares = Array.from({ length: logits.count }, (_, sample) => {
    const row = rowOf(logits, sample);
    const centre = row.reduce((sum, value) => sum + value, 0) / row.length;
    return row.reduce((sum, value) => sum + (value - centre) ** 2, 0) / row.length;
  });
  return Math.sqrt(mean(squares)) || 1;
}

function divided({ values, classes }: Logits, by: number): Logits {
  return logitsOf(
    values.map((value) => value / by),
    classes,
  );
}
