// For a run that kept no promise whole: which points came nearest, what broke by how much, and what to change.
import type { DecidedPoint, PromiseResult } from "../workflow/records/measurement.ts";
import { amount } from "./format.ts";
import type { BrokenPromise, NearestPoint } from "./report-model.ts";

const SHOWN = 3;
const KEYS: Readonly<Record<PromiseResult["promise"], string>> = {
  size: "budget.size",
  "latency-p95": "budget.latency-p95",
  "accuracy-drop": "budget.accuracy-drop",
  time: "budget.time",
  spend: "budget.spend",
};

/** What the gate held against the promise: for latency the upper bound, for all else the point estimate. */
export function heldValue(result: PromiseResult): number | null {
  return result.promise === "latency-p95" ? (result.high ?? result.measured) : result.measured;
}

export function brokenPromises(promises: readonly PromiseResult[]): BrokenPromise[] {
  return promises.flatMap((result) => {
    const measured = heldValue(result);
    if (result.verdict !== "failed" || measured === null) return [];
    const { promise, promised, unit } = result;
    return [{ promise, promised, measured, unit, ratio: promised > 0 ? measured / promised : null }];
  });
}

/** How far off a point is: its worst relative excess; a promise of zero counts each unit over it as 100 %. */
export function excess(broken: readonly BrokenPromise[]): number {
  return Math.max(0, ...broken.map((b) => (b.measured - b.promised) / (b.promised > 0 ? b.promised : 1)));
}

/** Points that break something, nearest first; equal ones by top-1, then by id. */
export function nearestPoints(
  points: readonly DecidedPoint[],
  marks: ReadonlyMap<DecidedPoint, string>,
): NearestPoint[] {
  return rankByExcess(points)
    .slice(0, SHOWN)
    .map((point) => ({
      mark: marks.get(point) ?? "",
      candidate_id: point.candidate_id,
      precision: point.precision,
      broken: brokenPromises(point.promises),
    }));
}

export function rankByExcess(points: readonly DecidedPoint[]): DecidedPoint[] {
  const off = (point: DecidedPoint) => excess(brokenPromises(point.promises));
  return points.toSorted(
    (a, b) => off(a) - off(b) || b.top1.value - a.top1.value || (a.candidate_id < b.candidate_id ? -1 : 1),
  );
}

/** Rounds up to two significant digits over the measured value, so that the suggestion would have been kept. */
export function roundUp(value: number): number {
  if (value <= 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(value / unit - 1e-9) * unit).toPrecision(3));
}

/** What to change in the job, from the nearest point, in the job's own words. `rejected`: candidates that gave no point. */
export function suggest(nearest: NearestPoint | undefined, stopped: boolean, rejected: number): string[] {
  if (!nearest) return [suggestWithoutPoints(stopped, rejected)];
  const loosen = nearest.broken.map((b) => {
    const needed = amount(roundUp(b.measured), b.unit);
    return `${KEYS[b.promise]}: ${needed} (now ${amount(b.promised, b.unit)})`;
  });
  const lines = loosen.length
    ? [`${nearest.candidate_id} (${nearest.precision}) would keep its promises with ${loosen.join(" and ")}.`]
    : [];
  if (stopped) lines.push("The same command with more time goes on from what is done.");
  else if (loosen.length) lines.push("A larger budget.time lets the search try more and longer-trained candidates.");
  return lines;
}

function suggestWithoutPoints(stopped: boolean, rejected: number): string {
  if (stopped) return "Give the run more time or spend: it ended before a candidate was measured.";
  return rejected > 0
    ? "No candidate could be measured: the list of refused candidates says why."
    : "A larger budget.time leaves a candidate time to be trained; decant run --dry-run says how much each step needs.";
}
