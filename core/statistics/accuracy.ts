// Everything that a file's logits say about its accuracy, beside the teacher's logits on the same samples.
import type { Accuracy, Proportion } from "../workflow/records/measurement.ts";
import { bootstrapMean } from "./bootstrap.ts";
import { confusionMatrix, recallPerClass } from "./confusion.ts";
import { klBySample } from "./divergence.ts";
import { type Logits, predictedClasses } from "./logits.ts";
import { macroRecall } from "./macro-recall.ts";
import { countPairs, pairedDifference } from "./paired-difference.ts";
import { seededRandom } from "./random.ts";
import { wilson } from "./wilson.ts";

export function top1(logits: Logits, labels: ArrayLike<number>): Proportion {
  return wilson(correctBySample(logits, labels).filter(Boolean).length, labels.length);
}

/** How often two files give the same class. */
export function agreement(first: Logits, second: Logits): Proportion {
  const other = predictedClasses(second);
  const same = predictedClasses(first).filter((answer, at) => answer === other[at]);
  return wilson(same.length, first.count);
}

export function accuracyOf(logits: Logits, teacher: Logits, labels: ArrayLike<number>, seed: number): Accuracy {
  const confusion = confusionMatrix(labels, predictedClasses(logits), logits.classes);
  const recalls = recallPerClass(confusion);
  const pairs = countPairs(correctBySample(teacher, labels), correctBySample(logits, labels));
  const { value, low, high, n } = pairedDifference(pairs);
  return {
    top1: top1(logits, labels),
    recall_per_class: recalls,
    macro_recall: macroRecall(recalls),
    confusion,
    agreement_with_teacher: agreement(logits, teacher),
    kl_to_teacher: bootstrapMean(klBySample(teacher, logits), seededRandom(seed)),
    drop_points: { value: value * 100, low: low * 100, high: high * 100, n },
  };
}

function correctBySample(logits: Logits, labels: ArrayLike<number>): boolean[] {
  if (logits.count !== labels.length) {
    throw new RangeError(`Expected logits of ${labels.length} samples, got ${logits.count}`);
  }
  return predictedClasses(logits).map((answer, at) => answer === labels[at]);
}
