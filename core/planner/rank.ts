// The order in which points that keep every promise go forward, and why the first does.
// 1. A point that failed a promise, or that Certify refused, never goes forward.
// 2. An int8 file that is no faster than its own fp32 gives way to that, where the fp32 keeps the promises too;
//    where int8 is faster, it goes before its fp32.
// 3. Across students: the highest fidelity; within NEAR of it, the fastest.
import { keepsPromises } from "../gate/promises.ts";
import type { DecidedPoint } from "../workflow/records/measurement.ts";
import type { Candidate } from "../workflow/records/training.ts";
import { fidelity } from "./fidelity.ts";
import { pointKey } from "./point-key.ts";

/** Differences of fidelity (scale: 0 to 2) below this are noise at the sample counts that are usual here. */
export const NEAR = 0.02;

export interface Choice {
  readonly chosen: DecidedPoint;
  readonly reason: string;
}

/** @param tried the candidates; of one that was trained on, only the rung with the highest fidelity contends */
export function choose(
  points: readonly DecidedPoint[],
  refused: readonly string[],
  tried: readonly Candidate[] = [],
): Choice | undefined {
  const eligible = points.filter((point) => keepsPromises(point.promises) && !refused.includes(pointKey(point)));
  const contenders = bestOfEachStudent(
    byCandidate(eligible).map((files) => better(files, points)),
    tried,
  );
  const first = contenders.toSorted((a, b) => fidelity(b.chosen) - fidelity(a.chosen))[0];
  if (first === undefined) return undefined;
  const near = contenders.filter(({ chosen }) => fidelity(chosen) >= fidelity(first.chosen) - NEAR);
  return near.toSorted((a, b) => a.chosen.latency_ms_p50 - b.chosen.latency_ms_p50 || order(a.chosen, b.chosen))[0]!;
}

/** Of one candidate's eligible files. `all` holds the ones that are not eligible too, for the reason. */
function better(files: readonly DecidedPoint[], all: readonly DecidedPoint[]): Choice {
  const quantized = files.find(({ precision }) => precision !== "fp32");
  const float = files.find(({ precision }) => precision === "fp32");
  if (quantized === undefined) {
    const failed = all.find((point) => point.candidate_id === float!.candidate_id && point.precision !== "fp32");
    return { chosen: float!, reason: `its fp32 file goes forward, ${whyNotQuantized(failed)}` };
  }
  const twin = all.find((point) => point.candidate_id === quantized.candidate_id && point.precision === "fp32");
  const faster = twin === undefined || quantized.latency_ms_p50 < twin.latency_ms_p50;
  if (faster) return { chosen: quantized, reason: "its int8 file keeps every promise and is faster than its fp32" };
  const times = `${quantized.latency_ms_p50.toFixed(2)} ms against ${twin.latency_ms_p50.toFixed(2)} ms`;
  if (float !== undefined) {
    return { chosen: float, reason: `its fp32 file goes forward, since int8 is not faster here (${times})` };
  }
  return { chosen: quantized, reason: `int8 is not faster here (${times}), but only it keeps every promise` };
}

function whyNotQuantized(point: DecidedPoint | undefined): string {
  const broken = point?.promises.filter(({ verdict }) => verdict === "failed").map(({ promise }) => promise) ?? [];
  return broken.length > 0 ? `since int8 breaks ${broken.join(" and ")}` : "since no int8 file is left to choose";
}

function bestOfEachStudent(choices: readonly Choice[], tried: readonly Candidate[]): Choice[] {
  const students = Map.groupBy(choices, ({ chosen }) => firstOf(chosen.candidate_id, tried));
  return [...students.values()].map((rungs) =>
    rungs.reduce((best, one) => (fidelity(one.chosen) >= fidelity(best.chosen) ? one : best)),
  );
}

/** The candidate whose student it is. */
function firstOf(id: string, tried: readonly Candidate[]): string {
  const earlier = tried.find((candidate) => candidate.id === id)?.continues;
  return earlier === undefined ? id : firstOf(earlier, tried);
}

function byCandidate(points: readonly DecidedPoint[]): DecidedPoint[][] {
  const ids = [...new Set(points.map(({ candidate_id }) => candidate_id))];
  return ids.map((id) => points.filter(({ candidate_id }) => candidate_id === id));
}

function order(a: DecidedPoint, b: DecidedPoint): number {
  return pointKey(a) < pointKey(b) ? -1 : 1;
}
