// Looks at a data source as a run would, and gathers what `decant init` says about it.
import { createHash } from "node:crypto";
import { imageExtents } from "../../adapters/data-source/image-extents.ts";
import { type DataSource, readSource } from "../../adapters/data-source/read-source.ts";
import type { Problem } from "../../core/errors/problem.ts";
import type { Extent } from "../../core/pixels/resize-geometry.ts";
import { pickByHash } from "../../core/plan/pick-by-hash.ts";
import { type SplitResult, splitSamples } from "../../core/split/split-samples.ts";
import type { LeftOut } from "../../core/workflow/records/plan.ts";
import { hashRows } from "../../lambdas/read-data.ts";

export interface DataSurvey {
  readonly source: DataSource;
  readonly split: SplitResult;
  readonly left_out: readonly LeftOut[];
  readonly problems: readonly Problem[];
  /** Of a sample of the images. */
  readonly extents: readonly Extent[];
  readonly size_bytes: number;
}

/** @param path relative to `folder` */
export async function surveyData(folder: string, path: string): Promise<DataSurvey> {
  const source = await readSource(folder, { source: path });
  const hashed = await hashRows(source);
  const split = splitSamples(hashed.samples, new Map(), (text) => createHash("sha256").update(text).digest("hex"));
  const sample = pickByHash(hashed.samples).map((row) => row.path);
  const isEcho = source.result.problems.length > 0 && split.samples.length === 0;
  return {
    source,
    split,
    left_out: [...source.result.left_out, ...hashed.left_out, ...split.left_out],
    problems: [...source.result.problems, ...(isEcho ? [] : split.problems)],
    extents: await imageExtents(source.root, sample),
    size_bytes: hashed.samples.reduce((sum, row) => sum + row.size_bytes, 0),
  };
}
