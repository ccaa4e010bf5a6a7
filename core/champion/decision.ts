// What becomes of a challenger, and the record that is kept of it.
import { type ChampionComparison, judgeChallenger, type Promotion } from "../gate/champion.ts";
import { type Champion, type ChampionAlias, isOutdated, isSame } from "./alias.ts";

export type ChampionOutcome =
  | "first" // the job had no champion
  | "promoted"
  | "unchanged" // the champion's own run or artifact again
  | "not-promoted" // worse, or not shown not to be
  | "outdated" // a newer version of the job has been champion
  | "withdrawn" // somebody rolled it back
  | "rolled-back"; // the alias went back to it

export interface ChampionDecision {
  readonly outcome: ChampionOutcome;
  readonly reason: string;
  readonly comparison: ChampionComparison | null;
}

/** One entry of a job's history: aliases/<job name>/history/<n>.json. */
export interface ChampionRecord extends ChampionDecision {
  /** ISO 8601. */
  readonly at: string;
  readonly challenger: Champion;
  /** The champion at the time of the decision. */
  readonly champion: Champion | null;
}

/** Whether the alias moves to the challenger. */
export function movesAlias({ outcome }: Pick<ChampionDecision, "outcome">): boolean {
  return outcome === "first" || outcome === "promoted" || outcome === "unchanged";
}

/** @param comparison of both on test; undefined where one of them recorded no answers */
export function decide(
  alias: ChampionAlias | undefined,
  challenger: Champion,
  promotion: Promotion,
  comparison: ChampionComparison | undefined,
): ChampionDecision {
  const without = (outcome: ChampionOutcome, reason: string) => ({ outcome, reason, comparison: null });
  if (!alias) return without("first", "the job had no champion");
  const { champion, withdrawn } = alias;
  const already = without("unchanged", "it is the champion already");
  if (champion.run === challenger.run) return already;
  if (isOutdated(alias, challenger.order))
    return without("outdated", "a run of a newer version of the job has been champion");
  if (isSame(champion, challenger)) return already;
  const back = withdrawn.find((entry) => entry.artifact === challenger.artifact || entry.run === challenger.run);
  if (back) return without("withdrawn", `it was rolled back as ${back.run}, and comes back by decant rollback alone`);
  const { promoted, reason } = judgeChallenger(promotion, comparison);
  return { outcome: promoted ? "promoted" : "not-promoted", reason, comparison: comparison ?? null };
}
