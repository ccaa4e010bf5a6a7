// Champion against challenger: both answered the same test samples, which never leave the test split, so they are compared
// pair by pair. A challenger must not be worse by the job's margin, and must not lose a class.
import type { TestPredictions } from "../champion/test-predictions.ts";
import type { ResolvedJob } from "../job/resolved-job.ts";
import { mcnemarP } from "../statistics/mcnemar.ts";
import { lowerDifference } from "../statistics/paired-bootstrap.ts";
import type { PairedCounts } from "../statistics/paired-difference.ts";

/** A class with fewer common samples than this says too little to be held against a challenger. */
export const CLASS_SAMPLES_MIN = 50;
/** A margin of all points: whatever kept its promises is promoted. */
const ANY_MARGIN_POINTS = 100;
/** Counts over n: a bound of exactly the margin must not pass by a rounding of its last bit. */
const ROUNDING = 1e-9;

export type Promotion = ResolvedJob["promotion"];

export interface ClassComparison {
  readonly class: string;
  readonly n: number;
  /** Share of the class's common samples that each gets right. */
  readonly champion: number;
  readonly challenger: number;
}

export interface ChampionComparison {
  /** Test samples that both answered. */
  readonly n: number;
  readonly champion_top1: number;
  readonly challenger_top1: number;
  /** Challenger minus champion. */
  readonly difference_points: number;
  /** Its lower 95 % bound, one-sided. */
  readonly lower_points: number;
  /** McNemar's exact two-sided p. Reported, not decided by. */
  readonly mcnemar_p: number;
  /** Those with enough samples. */
  readonly classes: readonly ClassComparison[];
}

export interface ChampionVerdict {
  readonly promoted: boolean;
  readonly reason: string;
}

interface Pair {
  readonly class: string;
  readonly challenger: boolean;
  readonly champion: boolean;
}

/** On the samples that both answered; where they were relabelled since, the challenger's labels count. */
export function compareOnTest(challenger: TestPredictions, champion: TestPredictions): ChampionComparison {
  const pairs = pairsOf(challenger, champion);
  const n = pairs.length;
  const counts = countsOf(pairs);
  const right = (who: "challenger" | "champion", among = pairs) => among.filter((pair) => pair[who]).length;
  const share = (count: number, of: number) => (of === 0 ? 0 : count / of);
  const byClass = Map.groupBy(pairs, (pair) => pair.class);
  return {
    n,
    champion_top1: share(right("champion"), n),
    challenger_top1: share(right("challenger"), n),
    difference_points: 100 * share(counts.first_only - counts.second_only, n),
    lower_points: 100 * lowerDifference(counts),
    mcnemar_p: mcnemarP(counts),
    classes: [...byClass].flatMap(([name, own]) => {
      if (own.length < CLASS_SAMPLES_MIN) return [];
      const [champion, challenger] = [right("champion", own), right("challenger", own)].map((c) => c / own.length);
      return [{ class: name, n: own.length, champion: champion!, challenger: challenger! }];
    }),
  };
}

function pairsOf(challenger: TestPredictions, champion: TestPredictions): Pair[] {
  const answered = new Map(champion.sha256.map((hash, at) => [hash, champion.classes[champion.predicted[at]!]!]));
  return challenger.sha256.flatMap((hash, at) => {
    const answer = answered.get(hash);
    if (answer === undefined) return [];
    const label = challenger.classes[challenger.label[at]!]!;
    const own = challenger.classes[challenger.predicted[at]!]!;
    return [{ class: label, challenger: own === label, champion: answer === label }];
  });
}

function countsOf(pairs: readonly Pair[]): PairedCounts {
  const count = (challenger: boolean, champion: boolean) =>
    pairs.filter((pair) => pair.challenger === challenger && pair.champion === champion).length;
  return {
    both: count(true, true),
    first_only: count(true, false),
    second_only: count(false, true),
    neither: count(false, false),
  };
}

/** @param comparison undefined where nothing is recorded to compare with */
export function judgeChallenger(promotion: Promotion, comparison: ChampionComparison | undefined): ChampionVerdict {
  const { margin_points, class_margin_points } = promotion;
  if (margin_points >= ANY_MARGIN_POINTS)
    return { promoted: true, reason: "the job's margin of 100 % promotes whatever kept its promises" };
  const mend = 'To promote it all the same, set "promotion: { margin: 100 % }" in the job';
  if (comparison === undefined || comparison.n === 0) {
    const reason = `there are no test samples that both the champion and this file answered. ${mend}`;
    return { promoted: false, reason };
  }
  const { n, difference_points, lower_points } = comparison;
  const found = `${signed(difference_points)} points of top-1 on ${n} common test samples, lower 95 % bound ${signed(lower_points)}`;
  if (!(lower_points > -margin_points + ROUNDING))
    return { promoted: false, reason: `${found}: not shown to be above ${signed(-margin_points)}` };
  const lost = comparison.classes.filter(
    ({ champion, challenger }) => 100 * (challenger - champion) < -class_margin_points - ROUNDING,
  );
  if (lost.length === 0) return { promoted: true, reason: `${found}: above ${signed(-margin_points)}` };
  const names = lost.map(
    ({ class: name, n: own, champion, challenger }) =>
      `${name} ${signed(100 * (challenger - champion))} points of ${own} samples`,
  );
  return {
    promoted: false,
    reason: `it loses more than ${class_margin_points} points of a class: ${names.join(", ")}`,
  };
}

function signed(points: number): string {
  return `${points > 0 ? "+" : points < 0 ? "\u2212" : ""}${Math.abs(points).toFixed(2)}`;
}
