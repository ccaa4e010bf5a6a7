// Split samples -> what Plan writes of them: classes, rows, counts, and a hash of the content.
import type { SplitSample } from "../split/sample.ts";
import { canonicalJson } from "../store/canonical-json.ts";
import { compareCodePoints } from "../text/code-point-order.ts";
import type { ManifestRow, PlanRecord, Split } from "../workflow/records/plan.ts";

export interface Manifest {
  /** In code-point order. */
  readonly classes: readonly string[];
  /** In code-point order of path. */
  readonly rows: readonly ManifestRow[];
  readonly counts: PlanRecord["counts"];
  readonly manifest_hash: string;
}

/** @param samples in code-point order of path */
export function buildManifest(samples: readonly SplitSample[], sha256: (text: string) => string): Manifest {
  const classes = [...new Set(samples.map(({ label }) => label))].sort(compareCodePoints);
  const indexes = new Map(classes.map((name, index) => [name, index]));
  const counts = { train: classes.map(() => 0), validation: classes.map(() => 0), test: classes.map(() => 0) };
  const rows = samples.map((sample): ManifestRow => {
    const label = indexes.get(sample.label) ?? 0;
    counts[sample.split][label] = (counts[sample.split][label] ?? 0) + 1;
    const { path, size_bytes, split, group } = sample;
    return { path, sha256: sample.sha256, size_bytes, label, split, ...(group === undefined ? {} : { group }) };
  });
  return { classes, rows, counts, manifest_hash: hashContent(classes, rows, sha256) };
}

/** One row a line, as manifest.jsonl. */
export function manifestText(rows: readonly ManifestRow[]): string {
  return rows.map((row) => `${canonicalJson(row)}\n`).join("");
}

/** Of content, not of names: a renamed file leaves the data the same. */
function hashContent(
  classes: readonly string[],
  rows: readonly ManifestRow[],
  sha256: (text: string) => string,
): string {
  const lines = rows
    .map(({ sha256: content, label, split, group }) =>
      canonicalJson([content, label, split satisfies Split, group ?? null]),
    )
    .sort();
  return sha256(`${canonicalJson(classes)}\n${lines.join("\n")}\n`);
}
