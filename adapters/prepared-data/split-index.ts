// What stands beside a split's arrays: labels and a line for each sample.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatNpyHeader } from "../../core/npy/header.ts";
import type { ManifestRow, Split } from "../../core/workflow/records/plan.ts";
import type { PreparedSplit } from "../../core/workflow/records/prepared-data.ts";

export type SplitIndex = Omit<PreparedSplit, "arrays">;

/** A line of `<split>-samples.jsonl`. */
export function sampleLine({ path, sha256, label }: Pick<ManifestRow, "path" | "sha256" | "label">): string {
  return `${JSON.stringify({ path, sha256, label })}\n`;
}

/** @param lines one of sampleLine for each sample; they hold the labels, too */
export async function writeSplitIndex(
  folder: string,
  split: Split,
  lines: readonly string[],
  classes: number,
): Promise<SplitIndex> {
  const names = { labels: `${split}-labels.npy`, samples: `${split}-samples.jsonl` };
  const labels = lines.map((line) => (JSON.parse(line) as { label: number }).label);
  await writeFile(join(folder, names.labels), int64Array(labels), { flag: "wx" });
  await writeFile(join(folder, names.samples), lines.join(""), { flag: "wx" });
  return { count: labels.length, count_per_class: countPerClass(labels, classes), ...names };
}

function int64Array(values: readonly number[]): Uint8Array {
  const header = formatNpyHeader("int64", [values.length]);
  const bytes = new Uint8Array(header.length + values.length * 8);
  bytes.set(header);
  const view = new DataView(bytes.buffer);
  values.forEach((value, at) => {
    view.setBigInt64(header.length + at * 8, BigInt(value), true);
  });
  return bytes;
}

function countPerClass(labels: readonly number[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]! += 1;
  return counts;
}
