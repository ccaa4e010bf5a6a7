// The files of one split while they are written: an array a size, the crops for train, labels and sample lines.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatNpyHeader } from "../../core/npy/header.ts";
import type { ManifestRow, Split } from "../../core/workflow/records/plan.ts";
import type { PreparedSplit } from "../../core/workflow/records/prepared-data.ts";
import { shardSeries } from "./shard-series.ts";

export interface SplitFiles {
  append(row: ManifestRow, pixels: ReadonlyMap<number, Uint8Array>): Promise<void>;
  finish(): Promise<{ readonly split: PreparedSplit; readonly crops: readonly string[] }>;
  abandon(): Promise<void>;
}

export interface SplitShape {
  readonly split: Split;
  readonly sizes: readonly number[];
  /** Absent where the split gets no crops. */
  readonly crop_size?: number;
  readonly classes: number;
}

export function splitFiles(folder: string, { split, sizes, crop_size, classes }: SplitShape): SplitFiles {
  const arrays = sizes.map((size) => ({ size, series: shardSeries(folder, `${split}-${size}`, size) }));
  const crops =
    crop_size === undefined ? [] : [{ size: crop_size, series: shardSeries(folder, `${split}-crops`, crop_size) }];
  const all = [...arrays, ...crops];
  const labels: number[] = [];
  const lines: string[] = [];
  return {
    async append(row, pixels) {
      await Promise.all(all.map(({ size, series }) => series.append(pixels.get(size)!)));
      labels.push(row.label);
      lines.push(`${JSON.stringify({ path: row.path, sha256: row.sha256, label: row.label })}\n`);
    },
    async finish() {
      await Promise.all(all.map(({ series }) => series.finish()));
      await writeFile(join(folder, `${split}-labels.npy`), int64Array(labels), { flag: "wx" });
      await writeFile(join(folder, `${split}-samples.jsonl`), lines.join(""), { flag: "wx" });
      return {
        split: {
          count: labels.length,
          count_per_class: countPerClass(labels, classes),
          labels: `${split}-labels.npy`,
          samples: `${split}-samples.jsonl`,
          arrays: Object.fromEntries(arrays.map(({ size, series }) => [String(size), series.names])),
        },
        crops: crops.flatMap(({ series }) => series.names),
      };
    },
    async abandon() {
      await Promise.allSettled(all.map(({ series }) => series.abandon()));
    },
  };
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
