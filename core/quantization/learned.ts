// What training with simulated int8 left: the float model's own graph with other weights, and ranges by value.
import { DecantError } from "../errors/problem.ts";
import type { Model } from "../onnx/graph.ts";
import type { LearnedRanges } from "../workflow/records/training.ts";
import type { Range } from "./observer.ts";
import type { ModelSamples } from "./runtime.ts";

export interface Learned {
  readonly model: Model;
  readonly ranges: ReadonlyMap<string, Range>;
  /** Neither trained on nor calibrated with: on these it must come closer than calibration does. */
  readonly unseen: ModelSamples;
}

/** The ranges of ranges.json, checked. */
export function learnedRanges(record: LearnedRanges): ReadonlyMap<string, Range> {
  const ranges = Object.entries(record);
  const problems = ranges.flatMap(([name, { low, high }]) =>
    Number.isFinite(low) && Number.isFinite(high) && low <= 0 && high >= 0
      ? []
      : [{ message: `expected low <= 0 <= high, got ${low} and ${high}`, where: `ranges.json#/${name}` }],
  );
  if (problems.length > 0) throw new DecantError("InvalidModel", problems);
  return new Map(ranges);
}
