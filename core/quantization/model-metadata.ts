// metadata_props: what a shipped model says about itself. Names as Ultralytics and others use them where they have one.
// No run, path or date, so that the same work gives the same bytes.
import type { Preprocessing } from "../artifact/preprocessing.ts";

export interface ModelFacts {
  readonly task: string;
  readonly classes: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly quantization: Readonly<Record<string, unknown>>;
  readonly dataset_hash: string;
  /** Key of the step that wrote the file. */
  readonly step_key: string;
}

export function modelMetadata(facts: ModelFacts): ReadonlyMap<string, string> {
  const { input_size } = facts.preprocessing;
  return new Map([
    ["dataset_hash", facts.dataset_hash],
    ["imgsz", JSON.stringify([input_size, input_size])],
    ["names", JSON.stringify(facts.classes)],
    ["preprocessing", JSON.stringify(facts.preprocessing)],
    ["quantization", JSON.stringify(facts.quantization)],
    ["step_key", facts.step_key],
    ["task", facts.task],
  ]);
}
