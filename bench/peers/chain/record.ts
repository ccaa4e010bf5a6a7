// What the comparison of whole chains records: for each data set and seed every side's files, measured together.

import type { Recipe } from "./make-file.ts";

export type ChainSide = "decant" | "fp32" | "sibling" | "torch-pruning";

/** One file of one side, measured beside all others of its entry in one process. */
export interface ChainFile {
  readonly side: ChainSide;
  /** Unique within the entry, such as decant-1/8 or sibling-112. */
  readonly name: string;
  /** Decant and torch-pruning: which share of the baseline's latency was asked for, as its divisor. */
  readonly share?: number;
  readonly input_size: number;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly ms_p50: number;
  /** Over the baseline: Lite0 at 224 px in fp32. */
  readonly speedup: { readonly value: number; readonly low: number; readonly high: number };
  /** One character a test picture, in manifest order: 1 where top-1 is right, else 0. */
  readonly correct: string;
  /** Training pictures that went forward and backward for this file; Decant: in its whole run, all candidates together. */
  readonly images_seen: number;
  readonly training_seconds: number;
  readonly quantizer?: string;
  /** Siblings: the better on validation; torch-pruning: what trained the pruned network. */
  readonly recipe?: Recipe;
  readonly validation_top1?: number;
}

export interface ChainFailure {
  readonly side: ChainSide;
  readonly name: string;
  readonly share?: number;
  readonly error: string;
}

/** What a comparison was told; another one is another entry. */
export interface ChainSettings {
  readonly size: string;
  readonly time: string;
  /** Divisors of the baseline's latency. */
  readonly shares: readonly number[];
  readonly sibling_sizes: readonly number[];
  readonly pruned_sizes: readonly number[];
  readonly quantizer: string;
  readonly calibration_count: number;
}

export interface ChainEntry {
  readonly data: string;
  /** Of Decant's plan: content, labels and splits. */
  readonly manifest_hash: string;
  /** SHA-256 over the test pictures' hashes in order: whose characters `correct` has. */
  readonly test_digest: string;
  readonly seed: number;
  readonly command: string;
  readonly settings: ChainSettings;
  /** STEP_VERSIONS of the code that ran, but for its report. */
  readonly versions: string;
  readonly counts: { readonly train: number; readonly validation: number; readonly test: number };
  /** What each peer might use at most: the largest of Decant's runs. */
  readonly allowed: { readonly images: number; readonly seconds: number };
  /** Of the machine that trained and timed: entries of several may stand side by side. */
  readonly cpu_model: string;
  readonly baseline_ms_p50: number;
  readonly files: readonly ChainFile[];
  readonly failures: readonly ChainFailure[];
}

/** One entry for a data set and seed: the latest. */
export interface ChainRecord {
  readonly entries: readonly ChainEntry[];
  readonly machine: { readonly cpu_model: string; readonly versions: Readonly<Record<string, string>> };
  readonly peers: Readonly<Record<string, string>>;
}

export function isRecorded(
  record: ChainRecord | undefined,
  wanted: Pick<ChainEntry, "data" | "seed" | "settings" | "versions">,
) {
  const same = (entry: ChainEntry) =>
    entry.data === wanted.data &&
    entry.seed === wanted.seed &&
    entry.versions === wanted.versions &&
    JSON.stringify(entry.settings) === JSON.stringify(wanted.settings);
  return record?.entries.some(same) ?? false;
}

/** Replaces the data set's and seed's earlier entry; sorted, so that the order of running doesn't show. */
export function withEntry(entries: readonly ChainEntry[], entry: ChainEntry): readonly ChainEntry[] {
  const others = entries.filter(({ data, seed }) => data !== entry.data || seed !== entry.seed);
  return [...others, entry].sort((a, b) => (a.data === b.data ? a.seed - b.seed : a.data < b.data ? -1 : 1));
}
