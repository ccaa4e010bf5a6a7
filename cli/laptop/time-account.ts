// The time that a run has used: the sessions since it last came to an end, each from its start to its last entry.
import type { RunClock } from "../../lambdas/run-clock.ts";
import type { JournalEntry } from "./journal.ts";

/** Statuses that end a run for good: the next session of the same run starts a new account. */
const FINAL = new Set(["succeeded", "infeasible"]);

export function usedMilliseconds(entries: readonly JournalEntry[]): number {
  const spans = new Map<string, { from: number; to: number }>();
  for (const { session, at_ms } of sinceLastEnd(entries)) {
    const span = spans.get(session);
    spans.set(session, { from: span?.from ?? at_ms, to: at_ms });
  }
  return [...spans.values()].reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0);
}

function sinceLastEnd(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const lastEnd = entries.findLastIndex((entry) => entry.event === "run-ended" && FINAL.has(entry.status));
  return entries.slice(lastEnd + 1);
}

/** When this account's first session began, and how long nobody worked on it until `now`. */
export function clockNow(entries: readonly JournalEntry[], now: number): RunClock {
  const started_ms = sinceLastEnd(entries)[0]?.at_ms ?? now;
  return { started_ms, idle_ms: Math.max(0, now - started_ms - usedMilliseconds(entries)) };
}

/** Epoch ms after which no new work starts; null without a time promise. */
export function deadlineMilliseconds(
  time_s: number | undefined,
  entries: readonly JournalEntry[],
  now: number,
): number | null {
  return time_s === undefined ? null : Math.round(now + Math.max(0, time_s * 1000 - usedMilliseconds(entries)));
}
