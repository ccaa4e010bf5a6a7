// A side's accuracy at a latency that none of its files has: linear between the two neighbours, on a logarithmic scale of ms.
import { mean } from "../../../core/statistics/mean.ts";
import type { ChainFile } from "./record.ts";

export interface AtSpeed {
  /** By test picture, 0..1: how right the side is there. */
  readonly correct: readonly number[];
  /** Set where the latency lies outside the side's files and its nearest file stands in. */
  readonly beyond: "faster than all" | "slower than all" | null;
}

/** `files` of one side and entry. Undefined without any. A file that is slower and no better than another counts for nothing:
 * nobody would ship it. */
export function atSpeed(files: readonly ChainFile[], ms_p50: number): AtSpeed | undefined {
  const sorted = files
    .toSorted((a, b) => a.ms_p50 - b.ms_p50)
    .filter((file, at, all) => all.slice(0, at).every((faster) => right(faster) < right(file)));
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (ms_p50 <= first.ms_p50) {
    return { correct: correctOf(first), beyond: ms_p50 < first.ms_p50 ? "faster than all" : null };
  }
  const at = sorted.findIndex((file) => file.ms_p50 >= ms_p50);
  if (at === -1) return { correct: correctOf(last), beyond: "slower than all" };
  const [faster, slower] = [sorted[at - 1]!, sorted[at]!];
  const weight = Math.log(ms_p50 / faster.ms_p50) / Math.log(slower.ms_p50 / faster.ms_p50);
  const high = correctOf(slower);
  return { correct: correctOf(faster).map((low, i) => low + weight * (high[i]! - low)), beyond: null };
}

function right(file: ChainFile): number {
  return mean(correctOf(file));
}

export function correctOf({ correct }: Pick<ChainFile, "correct">): number[] {
  return [...correct].map(Number);
}
