// The time that a run has used, over sessions with pauses between them.
import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../../../cli/laptop/journal.ts";
import { clockNow, deadlineMilliseconds, usedMilliseconds } from "../../../cli/laptop/time-account.ts";

let sequence = 0;
function entry(session: string, at_ms: number, status?: string): JournalEntry {
  sequence += 1;
  const event =
    status === undefined
      ? ({ event: "run-started", deadline_ms: null } as const)
      : ({ event: "run-ended", status } as const);
  return { sequence, at_ms, session, ...event };
}

/** 10 s of work, a pause of 90 s, 5 s of work. */
const TWO_SESSIONS = [
  entry("a", 1000),
  entry("a", 11_000, "stopped"),
  entry("b", 101_000),
  entry("b", 106_000, "stopped"),
];

describe("a run's time", () => {
  it("is that of its sessions, without the pauses", () => {
    expect(usedMilliseconds(TWO_SESSIONS)).toBe(15_000);
    expect(deadlineMilliseconds(60, TWO_SESSIONS, 200_000)).toBe(245_000);
  });

  it("began with its first session; what nobody worked is idle", () => {
    expect(clockNow(TWO_SESSIONS, 200_000)).toEqual({ started_ms: 1000, idle_ms: 199_000 - 15_000 });
  });

  it("begins anew after an end for good, and with the first session", () => {
    const ended = [...TWO_SESSIONS, entry("b", 107_000, "succeeded")];
    expect(clockNow(ended, 300_000)).toEqual({ started_ms: 300_000, idle_ms: 0 });
    expect(clockNow([], 5)).toEqual({ started_ms: 5, idle_ms: 0 });
  });
});
