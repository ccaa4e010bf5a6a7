// Why each candidate that was neither chosen nor dropped before it is not the one that ships: said once the search is over.
import type { DecidedPoint, PromiseResult } from "../workflow/records/measurement.ts";
import type { DroppedCandidate } from "../workflow/records/search.ts";
import type { Candidate } from "../workflow/records/training.ts";
import { compareFiles, describeBroken } from "./compare-files.ts";

export interface SearchEnd {
  readonly tried: readonly Candidate[];
  readonly points: readonly DecidedPoint[];
  readonly dropped: readonly DroppedCandidate[];
  /** null: none kept every promise. */
  readonly chosen: DecidedPoint | null;
}

export function dropRest({ tried, points, dropped, chosen }: SearchEnd): DroppedCandidate[] {
  const continued = new Set(tried.map(({ continues }) => continues));
  return tried.flatMap(({ id, rung }) => {
    const known = id === chosen?.candidate_id || continued.has(id) || dropped.some((one) => one.candidate_id === id);
    const files = points.filter(({ candidate_id }) => candidate_id === id);
    const file = files.find(({ promises }) => promises.every(kept)) ?? files[0];
    if (known || file === undefined) return [];
    const broken = describeBroken(file.promises.filter((promise) => !kept(promise)));
    const reason = broken || (chosen && compareFiles(file, chosen));
    return reason ? [{ candidate_id: id, rung, reason }] : [];
  });
}

function kept({ verdict }: PromiseResult): boolean {
  return verdict !== "failed";
}
