// Which validation samples the report shows: the surest right answers, one a class, and the most confident wrong ones.
import type { Prediction } from "../workflow/records/predictions.ts";
import type { Example } from "./report-model.ts";

const RIGHT = 6;
const WRONG = 6;

/** Chosen by rank alone, so that the same measurement always gives the same examples. */
export function pickExamples(predictions: readonly Prediction[], classes: readonly string[]): Example[] {
  const ranked = predictions.toSorted(
    (a, b) => b.probability - a.probability || (a.sha256 < b.sha256 ? -1 : a.sha256 > b.sha256 ? 1 : 0),
  );
  const right = ranked.filter((p) => p.label === p.predicted);
  const wrong = ranked.filter((p) => p.label !== p.predicted);
  return [...spreadOverClasses(right, RIGHT), ...wrong.slice(0, WRONG)].map((p) => ({
    path: p.path,
    sha256: p.sha256,
    true_class: classes[p.label] ?? String(p.label),
    predicted_class: classes[p.predicted] ?? String(p.predicted),
    probability: p.probability,
    right: p.label === p.predicted,
  }));
}

/** One of each class in turn, best first, until there are enough. */
function spreadOverClasses(ranked: readonly Prediction[], limit: number): Prediction[] {
  const queues = Map.groupBy(ranked, (p) => p.label);
  const labels = [...queues.keys()].toSorted((a, b) => a - b);
  const picked: Prediction[] = [];
  for (let round = 0; picked.length < limit && round < ranked.length; round += 1)
    for (const label of labels) {
      const next = queues.get(label)?.[round];
      if (next && picked.length < limit) picked.push(next);
    }
  return picked;
}
