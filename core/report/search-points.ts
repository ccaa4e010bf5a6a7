// The points of the search as the report shows them: a mark for figure and table, and why each was chosen or refused.
import { pointKey } from "../planner/point-key.ts";
import type { Certificate, DecidedPoint, Decision } from "../workflow/records/measurement.ts";
import { amount } from "./format.ts";
import { PROMISE_NAMES } from "./headline.ts";
import { brokenPromises } from "./nearest.ts";
import type { ReportedPoint, ReportedSearch } from "./report-model.ts";
import { reportCandidates } from "./search-candidates.ts";

/** A, B, ... Z, AA, AB, ...: fastest first, so that the figure reads from left to right. */
export function markPoints(points: readonly DecidedPoint[]): Map<DecidedPoint, string> {
  const order = points.toSorted((a, b) => a.latency_ms_p50 - b.latency_ms_p50 || a.size_bytes - b.size_bytes);
  return new Map(order.map((point, index) => [point, letters(index)]));
}

function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}

export function reportSearch(
  decision: Decision,
  certificate: Certificate | null,
  marks: ReadonlyMap<DecidedPoint, string>,
): ReportedSearch {
  const chosen = certificate?.outcome === "kept" ? certificate.point : null;
  const points = [...marks].map(([point, mark]): ReportedPoint => {
    const { promises, measure_key, quantize_key, compress_key, ...figures } = point;
    return { ...figures, mark, ...fate(point, chosen, decision, certificate) };
  });
  return {
    rungs: decision.rungs,
    reason: decision.reason,
    candidates: reportCandidates(decision, certificate, marks),
    points,
    rejected: decision.rejected.map(({ candidate_id, code, reason }) => ({ candidate_id, code, reason })),
  };
}

function fate(
  point: DecidedPoint,
  chosen: DecidedPoint | null,
  decision: Decision,
  certificate: Certificate | null,
): Pick<ReportedPoint, "fate" | "reason"> {
  if (chosen && pointKey(chosen) === pointKey(point)) return { fate: "chosen", reason: decision.reason };
  if (certificate && pointKey(certificate.point) === pointKey(point))
    return { fate: "refused", reason: `Measured again, it broke its promise: ${describeBroken(certificate.promises)}` };
  if (wasRefused(decision, point)) return { fate: "refused", reason: "Measured again, it broke size or latency" };
  const broken = describeBroken(point.promises);
  if (broken) return { fate: "refused", reason: broken };
  const behind = point.on_front
    ? "Keeps every promise; another point ranked higher"
    : "Another point is better in all respects";
  return { fate: "eligible", reason: behind };
}

function wasRefused(decision: Decision, point: DecidedPoint): boolean {
  return decision.refused_by_certify.includes(pointKey(point));
}

function describeBroken(promises: DecidedPoint["promises"]): string {
  return brokenPromises(promises)
    .map((b) => `${PROMISE_NAMES[b.promise]} ${amount(b.measured, b.unit)}, promised ${amount(b.promised, b.unit)}`)
    .join("; ");
}
