// The files of one split while they are written: an array a size, the crops for train, labels and sample lines.
import type { ManifestRow, Split } from "../../core/workflow/records/plan.ts";
import type { PreparedSplit } from "../../core/workflow/records/prepared-data.ts";
import { shardSeries } from "./shard-series.ts";
import { sampleLine, writeSplitIndex } from "./split-index.ts";

export interface SplitFiles {
  append(row: ManifestRow, pixels: ReadonlyMap<number, Uint8Array>): Promise<void>;
  /** The next sample begins new files. */
  cut(): Promise<void>;
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
  const arrays = sizes.map((size) => ({ size, series: shardSeries(folder, arrayName(split, size), size) }));
  const crops =
    crop_size === undefined ? [] : [{ size: crop_size, series: shardSeries(folder, CROPS_NAME, crop_size) }];
  const all = [...arrays, ...crops];
  const lines: string[] = [];
  return {
    async append(row, pixels) {
      await Promise.all(all.map(({ size, series }) => series.append(pixels.get(size)!)));
      lines.push(sampleLine(row));
    },
    async cut() {
      await Promise.all(all.map(({ series }) => series.cut()));
    },
    async finish() {
      await Promise.all(all.map(({ series }) => series.cut()));
      const index = await writeSplitIndex(folder, split, lines, classes);
      return {
        split: { ...index, arrays: Object.fromEntries(arrays.map(({ size, series }) => [String(size), series.names])) },
        crops: crops.flatMap(({ series }) => series.names),
      };
    },
    async abandon() {
      await Promise.allSettled(all.map(({ series }) => series.abandon()));
    },
  };
}

/** What a split's arrays of a size are called before their number. */
export function arrayName(split: Split, size: number): string {
  return `${split}-${size}`;
}

export const CROPS_NAME = "train-crops";
