// What PrepareData writes beside data.json: packed arrays, one folder, names as below; test samples in files of their own.
//   <split>-<size>-<shard>.npy   uint8 [N,size,size,3] RGB, C order, manifest order, shards of at most 4096 samples or 256 MB
//   train-crops-<shard>.npy      uint8 [N,crop_size,crop_size,3]
//   <split>-labels.npy           int64 [N]
//   <split>-samples.jsonl        {"path","sha256","label"} a sample
import type { LeftOut, Resize, Split } from "./plan.ts";

export interface PreparedData {
  readonly classes: readonly string[];
  readonly resize: Resize;
  readonly input_sizes: readonly number[];
  readonly crop_size: number;
  readonly splits: Readonly<Record<Split, PreparedSplit>>;
  readonly crops: readonly string[];
  readonly left_out: readonly LeftOut[];
  /** sharp and libvips versions that decoded. */
  readonly decoder: { readonly name: string; readonly version: string };
}

export interface PreparedSplit {
  readonly count: number;
  readonly count_per_class: readonly number[];
  readonly labels: string;
  readonly samples: string;
  /** Array files by input size (decimal string), in shard order. */
  readonly arrays: Readonly<Record<string, readonly string[]>>;
}
