// KL(reference || other) of softmax outputs in nats, sample by sample (Kullback and Leibler 1951).
import { type Logits, logSoftmax, rowOf } from "./logits.ts";

export function klBySample(reference: Logits, other: Logits): number[] {
  if (reference.count !== other.count || reference.classes !== other.classes) {
    throw new RangeError(
      `Expected logits of one shape, got [${reference.count}, ${reference.classes}] and [${other.count}, ${other.classes}]`,
    );
  }
  return Array.from({ length: reference.count }, (_, sample) => {
    const p = logSoftmax(rowOf(reference, sample));
    const q = logSoftmax(rowOf(other, sample));
    const sum = p.reduce((total, logP, at) => total + Math.exp(logP) * (logP - q[at]!), 0);
    return Math.max(0, sum);
  });
}
