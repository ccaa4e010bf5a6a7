// Each recipe over all pairs of network and data set: means of the pairs' means over draws, with bootstrap intervals.
import { bootstrapMean } from "../../../core/statistics/bootstrap.ts";
import { mean } from "../../../core/statistics/mean.ts";
import { seededRandom } from "../../../core/statistics/random.ts";
import type { Estimate } from "../../../core/workflow/records/measurement.ts";
import { type ByPicture, pooledMean } from "../pooled-mean.ts";
import { isMeasured, type MeasuredSide, type PairResult } from "./record.ts";

export interface PairSide {
  readonly name: string;
  readonly kl_mean: number;
  /** Per cent of held-out pictures. */
  readonly disagreement: number;
  readonly change_points: number;
  readonly draws: number;
}

export interface PooledSide {
  readonly name: string;
  /** n: pairs. */
  readonly kl: Estimate;
  readonly disagreement: Estimate;
  readonly change_points: number;
  /** n: different pictures; undefined where they were not recorded one by one. */
  readonly change: Estimate | undefined;
  /** The fewest draws of a pair. */
  readonly draws: number;
}

/** Mean over the draws that were measured; sides that failed on one are left out. */
export function sidesOfPair({ seeds }: PairResult): PairSide[] {
  return namesIn(seeds.map(({ sides }) => sides)).flatMap((name) => {
    const all = seeds.flatMap(({ sides }) => (sides[name] === undefined ? [] : [sides[name]]));
    const results = all.filter(isMeasured);
    if (results.length < all.length) return [];
    const over = (value: (side: MeasuredSide) => number) => mean(results.map(value));
    return [
      {
        name,
        kl_mean: over(({ kl_mean }) => kl_mean),
        disagreement: over(({ disagreements, n }) => (100 * disagreements) / n),
        change_points: over(({ top1_change_points }) => top1_change_points),
        draws: results.length,
      },
    ];
  });
}

/** Only sides that every pair has. */
export function pooledSides(pairs: readonly PairResult[]): PooledSide[] {
  const perPair = pairs.map(sidesOfPair);
  return [...new Set(perPair.flatMap((sides) => sides.map(({ name }) => name)))].flatMap((name) => {
    const found = perPair.flatMap((sides) => sides.filter((side) => side.name === name));
    if (found.length < pairs.length) return [];
    const over = (value: (side: PairSide) => number) => bootstrapMean(found.map(value), seededRandom(0));
    return [
      {
        name,
        kl: over(({ kl_mean }) => kl_mean),
        disagreement: over(({ disagreement }) => disagreement),
        change_points: mean(found.map(({ change_points }) => change_points)),
        change: pooledChange(pairs, name),
        draws: Math.min(...found.map(({ draws }) => draws)),
      },
    ];
  });
}

export function bestPeer<T extends { readonly name: string }>(sides: readonly T[], by: (side: T) => number) {
  return sides.filter(({ name }) => name !== "decant").toSorted((a, b) => by(a) - by(b))[0];
}

export function namesIn(sides: readonly Readonly<Record<string, unknown>>[]): string[] {
  return [...new Set(sides.flatMap((each) => Object.keys(each)))];
}

/** Points of top-1, over all pictures of all pairs. */
function pooledChange(pairs: readonly PairResult[], name: string): Estimate | undefined {
  const points: Readonly<Record<string, number>> = { "+": 100, "-": -100, "=": 0 };
  const results = pairs.flatMap(({ manifest_hash, seeds }) =>
    seeds.flatMap(({ sides }) => {
      const side = sides[name];
      return isMeasured(side) ? [{ pictures: manifest_hash, changes: side.changes }] : [];
    }),
  );
  const recorded = results.flatMap(({ pictures, changes }): ByPicture[] =>
    changes === undefined ? [] : [{ pictures, values: [...changes].map((sign) => points[sign]!) }],
  );
  return recorded.length < results.length ? undefined : pooledMean(recorded);
}
