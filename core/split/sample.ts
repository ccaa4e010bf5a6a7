// What splitting works on: labelled files with their content hashes, and the split that every unit once got.
import type { Split } from "../workflow/records/plan.ts";

export interface HashedSample {
  readonly path: string;
  readonly size_bytes: number;
  /** SHA-256 of the file's bytes, lower-case hex. */
  readonly sha256: string;
  readonly label: string;
  readonly group?: string;
  /** The split that the data source itself gives. */
  readonly split?: Split;
}

export type SplitSample = HashedSample & { readonly split: Split };

/** Split by unit: `sha256:<hex>` or `group:<name>`. Kept under the job's name; only ever extended. */
export type Assignments = ReadonlyMap<string, Split>;

export function contentUnit(sample: HashedSample): string {
  return `sha256:${sample.sha256}`;
}

/** What never stands on two sides: the sample's group, or else its bytes. */
export function unitOf(sample: HashedSample): string {
  return sample.group === undefined ? contentUnit(sample) : `group:${sample.group}`;
}

/** The split that earlier runs gave a sample: its group's, or its own. */
export function recordedSplit(sample: HashedSample, recorded: Assignments): Split | undefined {
  return recorded.get(unitOf(sample)) ?? recorded.get(contentUnit(sample));
}
