// The candidates of the search by rung: why each was tried, what was predicted of it and measured, and how it ended.
import type { Certificate, DecidedPoint, Decision } from "../workflow/records/measurement.ts";
import type { ProposedCandidate } from "../workflow/records/search.ts";
import type { ReportedCandidate } from "./report-model.ts";

/** In the order in which they were proposed. */
export function reportCandidates(
  decision: Decision,
  certificate: Certificate | null,
  marks: ReadonlyMap<DecidedPoint, string>,
): ReportedCandidate[] {
  const chosen = certificate?.outcome === "kept" ? certificate.point.candidate_id : null;
  return decision.proposed.map((proposed): ReportedCandidate => {
    const { candidate_id, rung, why, predicted, epochs_total } = proposed;
    const own = [...marks].filter(([point]) => point.candidate_id === candidate_id);
    const [point, mark] = own.find(([{ precision }]) => precision !== "fp32") ?? own[0] ?? [];
    const measured = point ? { mark: mark!, size_bytes: point.size_bytes, latency_ms_p50: point.latency_ms_p50 } : null;
    const epochs_missed = point?.epochs_missed ?? 0;
    const continues = decision.tried.find(({ id }) => id === candidate_id)?.continues ?? null;
    return {
      candidate_id,
      rung,
      why,
      continues,
      epochs_total: epochs_total - epochs_missed,
      ...(epochs_missed > 0 ? { epochs_missed } : {}),
      predicted,
      measured,
      ...ending(proposed, decision, chosen),
    };
  });
}

function ending(
  { candidate_id }: ProposedCandidate,
  { tried, dropped, rejected }: Decision,
  chosen: string | null,
): Pick<ReportedCandidate, "fate" | "reason"> {
  if (candidate_id === chosen) return { fate: "chosen", reason: "" };
  const heir = tried.find(({ continues }) => continues === candidate_id);
  if (heir) return { fate: "trained on", reason: `as ${heir.id}` };
  const entry = dropped.find((one) => one.candidate_id === candidate_id);
  if (entry) return { fate: "dropped", reason: entry.reason };
  const refusal = rejected.find((one) => one.candidate_id === candidate_id);
  if (refusal) return { fate: "dropped", reason: `no file: ${refusal.code}` };
  return { fate: "kept", reason: "in the search to its end" };
}
