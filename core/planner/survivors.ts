// Who of a rung goes on: first those that keep size and latency, by fidelity; close calls by KL to the teacher, which every
// sample's whole answer goes into. And why the others fall out.
import type { DecidedPoint, Decision, PromiseResult } from "../workflow/records/measurement.ts";
import type { DroppedCandidate } from "../workflow/records/search.ts";
import type { Candidate } from "../workflow/records/training.ts";
import { compareFiles, describeBroken } from "./compare-files.ts";
import { fidelity } from "./fidelity.ts";
import { NEAR } from "./rank.ts";

/** Of one that keeps size and latency where nobody is trained on. */
const GAVE_WAY = "gave way to other shapes";

/** A candidate with the file that speaks for it: int8 where that keeps size and latency, or else fp32 where that does. */
interface Standing {
  readonly candidate: Candidate;
  readonly point: DecidedPoint;
}

export interface RungStanding {
  /** Those that keep size and latency, best first. */
  readonly ranked: readonly Candidate[];
  /** Those that break it, nearest first. */
  readonly broken: readonly Candidate[];
  /** Why each candidate falls out where the first `count` of the ranked go on. */
  dropped(count: number): DroppedCandidate[];
}

export function judgeRung(
  candidates: readonly Candidate[],
  points: readonly DecidedPoint[],
  rejected: Decision["rejected"],
): RungStanding {
  const standings = candidates.flatMap((candidate) => {
    const own = points.filter(({ candidate_id }) => candidate_id === candidate.id).toSorted(quantizedFirst);
    const point = own.find((file) => broken(file).length === 0) ?? own[0];
    return point === undefined ? [] : [{ candidate, point }];
  });
  const ranked = rank(standings.filter(({ point }) => broken(point).length === 0));
  const failed = standings
    .filter(({ point }) => broken(point).length > 0)
    .toSorted((a, b) => excess(a.point) - excess(b.point) || (a.candidate.id < b.candidate.id ? -1 : 1));
  return {
    ranked: ranked.map(({ candidate }) => candidate),
    broken: failed.map(({ candidate }) => candidate),
    dropped: (count) => [
      ...ranked
        .slice(count)
        .map((standing) =>
          because(standing, count === 0 ? GAVE_WAY : compareFiles(standing.point, ranked[count - 1]!.point)),
        ),
      ...failed.map((standing) => because(standing, describeBroken(broken(standing.point)))),
      ...candidates.flatMap(({ id, rung }) => {
        const entry = rejected.find(({ candidate_id }) => candidate_id === id);
        const measured = points.some(({ candidate_id }) => candidate_id === id);
        return entry && !measured
          ? [{ candidate_id: id, rung, reason: `no file: ${entry.code}: ${entry.reason}` }]
          : [];
      }),
    ],
  };
}

/** The best by fidelity, but of those within NEAR of it the one with the smallest KL; and so on with the rest. */
function rank(standings: readonly Standing[]): Standing[] {
  const rest = [...standings].sort(
    (a, b) => fidelity(b.point) - fidelity(a.point) || (a.candidate.id < b.candidate.id ? -1 : 1),
  );
  const ranked: Standing[] = [];
  while (rest.length > 0) {
    const near = rest.filter(({ point }) => fidelity(point) >= fidelity(rest[0]!.point) - NEAR);
    const next = near.reduce((best, one) => (one.point.kl_to_teacher < best.point.kl_to_teacher ? one : best));
    rest.splice(rest.indexOf(next), 1);
    ranked.push(next);
  }
  return ranked;
}

function because({ candidate }: Standing, reason: string): DroppedCandidate {
  return { candidate_id: candidate.id, rung: candidate.rung, reason };
}

/** Accuracy is not asked of a candidate that is still being trained. */
function broken({ promises }: DecidedPoint): PromiseResult[] {
  return promises.filter(({ promise, verdict }) => verdict === "failed" && promise !== "accuracy-drop");
}

function excess(point: DecidedPoint): number {
  return Math.max(...broken(point).map(({ promised, measured, high }) => (high ?? measured ?? 0) / promised));
}

function quantizedFirst(a: DecidedPoint, b: DecidedPoint): number {
  return Number(a.precision === "fp32") - Number(b.precision === "fp32");
}
