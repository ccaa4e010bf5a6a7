// Labelled images of a folder, CSV or manifest, through the same readers and decoder as a run's.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { DecantError } from "../core/errors/problem.ts";
import type { HashedSample } from "../core/split/sample.ts";
import { predictedClass } from "../core/statistics/logits.ts";
import { hashFiles } from "./data-source/hash-files.ts";
import { createHashMemory } from "./data-source/hash-memory.ts";
import { readSource } from "./data-source/read-source.ts";
import { type Predictor, readImageFile } from "./predictor.ts";

export interface LabelledImages {
  /** Real path that the samples' paths start from. */
  readonly root: string;
  readonly samples: readonly HashedSample[];
}

/** Throws InvalidData with every problem of the source. */
export async function readLabelledImages(source: string, signal: AbortSignal): Promise<LabelledImages> {
  const { root, listing, result } = await readSource(process.cwd(), { source });
  if (result.problems.length > 0) throw new DecantError("InvalidData", result.problems);
  const size = new Map(listing.files.map((file) => [file.path, file.size_bytes]));
  const rows = result.rows.filter(({ path }) => size.has(path));
  const files = [...new Set(rows.map(({ path }) => path))].map((path) => ({ path, size_bytes: size.get(path)! }));
  const hashes = await hashFiles({ root, files, memory: createHashMemory(), now: Date.now(), signal });
  const samples = rows.map((row) => ({ ...row, size_bytes: size.get(row.path)!, sha256: hashes.get(row.path)! }));
  return { root, samples };
}

export interface PredictedImages {
  /** Class index by image that could be decoded. */
  readonly labels: readonly number[];
  readonly predicted: readonly number[];
  readonly refused: readonly { readonly path: string; readonly detail: string }[];
}

/** Throws InvalidData where a label is none of the predictor's classes. */
export async function predictImages(
  predictor: Predictor,
  root: string,
  samples: readonly HashedSample[],
): Promise<PredictedImages> {
  const classes = new Map(predictor.labels.map((label, at) => [label, at]));
  const unknown = [...new Set(samples.map(({ label }) => label))].filter((label) => !classes.has(label));
  if (unknown.length > 0) {
    const message = `expected the artifact's classes (${predictor.labels.join(", ")}), got ${unknown.join(", ")}`;
    throw new DecantError("InvalidData", [{ message, where: root }]);
  }
  const labels: number[] = [];
  const predicted: number[] = [];
  const refused: { path: string; detail: string }[] = [];
  for (const { path, label } of samples) {
    const bytes = await readImageFile(join(root, path));
    const logits = "reason" in bytes ? bytes : await predictor.logits(bytes);
    if ("reason" in logits) refused.push({ path, detail: logits.detail });
    else {
      labels.push(classes.get(label)!);
      predicted.push(predictedClass(logits));
    }
  }
  return { labels, predicted, refused };
}

export function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
