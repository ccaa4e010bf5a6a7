// What the recorded chains say: each of Decant's shares against siblings and torch-pruning at equal latency, and against the
// best fp32 network at any input size; each side's files pooled over data sets and seeds.
import { mean } from "../../../core/statistics/mean.ts";
import type { Estimate } from "../../../core/workflow/records/measurement.ts";
import { type ByPicture, pooledMean } from "../pooled-mean.ts";
import { type AtSpeed, atSpeed, correctOf } from "./equal-speed.ts";
import type { ChainEntry, ChainFile, ChainSide } from "./record.ts";

export interface ShareResult {
  /** Divisor of the baseline's latency. */
  readonly share: number;
  readonly entries: number;
  /** In how many a file kept every promise; the differences are over these. */
  readonly kept: number;
  /** Points of top-1, Decant minus the other side. Undefined where one of them has no file. */
  readonly over_siblings: Difference | undefined;
  readonly over_pruned: Difference | undefined;
  readonly over_fp32: Difference | undefined;
}

export interface Difference {
  /** Points; n: different test pictures. */
  readonly points: Estimate;
  readonly entries: number;
  /** Of these entries, where the other side has nothing as fast, and its fastest file stood in; or nothing as slow. */
  readonly no_file_as_fast: number;
  readonly no_file_as_slow: number;
}

export interface PooledFile {
  readonly name: string;
  readonly side: ChainSide;
  readonly input_sizes: readonly number[];
  /** Of the peers' training, over the entries. */
  readonly recipes: readonly string[];
  readonly entries: number;
  /** Geometric mean over entries. */
  readonly speedup: number;
  readonly size_bytes: number;
  /** Per cent; n: different test pictures. */
  readonly top1: Estimate;
  readonly images_seen: number;
  readonly training_seconds: number;
}

export function shareResults(entries: readonly ChainEntry[]): ShareResult[] {
  const shares = [...new Set(entries.flatMap(({ settings }) => settings.shares))].sort((a, b) => a - b);
  const fp32 = bestFp32(entries);
  return shares.map((share) => {
    const asked = entries.filter(({ settings }) => settings.shares.includes(share));
    const own = asked.flatMap((entry) => {
      const file = entry.files.find((each) => each.side === "decant" && each.share === share);
      return file ? [{ entry, file }] : [];
    });
    const against = (other: (entry: ChainEntry, file: ChainFile) => AtSpeed | undefined) => difference(own, other);
    return {
      share,
      entries: asked.length,
      kept: own.length,
      over_siblings: against((entry, file) => atSpeed(ofSide(entry, "sibling"), file.ms_p50)),
      over_pruned: against((entry, file) => atSpeed(ofSide(entry, "torch-pruning"), file.ms_p50)),
      over_fp32: against((entry) => {
        const best = entry.files.find(({ side, name }) => side === "fp32" && name === fp32.get(entry.data));
        return best && { correct: correctOf(best), beyond: null };
      }),
    };
  });
}

/** By data set: the fp32 file that is best on its test pictures over seeds, which favours it. */
export function bestFp32(entries: readonly ChainEntry[]): ReadonlyMap<string, string> {
  const byData = Map.groupBy(entries, ({ data }) => data);
  const best = [...byData].flatMap(([data, same]): [string, string][] => {
    const everywhere = pooledFiles(same).filter((file) => file.side === "fp32" && file.entries === same.length);
    const first = everywhere.toSorted((a, b) => b.top1.value - a.top1.value)[0];
    return first ? [[data, first.name]] : [];
  });
  return new Map(best);
}

/** Every file by name, over the entries that have it. */
export function pooledFiles(entries: readonly ChainEntry[]): PooledFile[] {
  const all = entries.flatMap((entry) => entry.files.map((file) => ({ entry, file })));
  return [...Map.groupBy(all, ({ file }) => file.name)].map(([name, same]) => {
    const over = (value: (file: ChainFile) => number) => mean(same.map(({ file }) => value(file)));
    const answers = same.map(({ entry, file }): ByPicture => {
      return { pictures: entry.test_digest, values: correctOf(file).map((right) => 100 * right) };
    });
    return {
      name,
      side: same[0]!.file.side,
      input_sizes: [...new Set(same.map(({ file }) => file.input_size))].sort((a, b) => a - b),
      recipes: [...new Set(same.flatMap(({ file }) => file.recipe ?? []))].sort(),
      entries: same.length,
      speedup: Math.exp(over(({ speedup }) => Math.log(speedup.value))),
      size_bytes: over(({ size_bytes }) => size_bytes),
      top1: pooledMean(answers)!,
      images_seen: over(({ images_seen }) => images_seen),
      training_seconds: over(({ training_seconds }) => training_seconds),
    };
  });
}

function ofSide(entry: ChainEntry, side: ChainSide): ChainFile[] {
  return entry.files.filter((file) => file.side === side);
}

function difference(
  own: readonly { readonly entry: ChainEntry; readonly file: ChainFile }[],
  other: (entry: ChainEntry, file: ChainFile) => AtSpeed | undefined,
): Difference | undefined {
  const compared = own.flatMap(({ entry, file }) => {
    const against = other(entry, file);
    if (against === undefined) return [];
    const values = correctOf(file).map((right, at) => 100 * (right - against.correct[at]!));
    return [{ pictures: entry.test_digest, values, beyond: against.beyond }];
  });
  const points = pooledMean(compared);
  if (points === undefined) return undefined;
  const count = (beyond: AtSpeed["beyond"]) => compared.filter((each) => each.beyond === beyond).length;
  return {
    points,
    entries: compared.length,
    no_file_as_fast: count("faster than all"),
    no_file_as_slow: count("slower than all"),
  };
}
