// When a run began, and for how long since then nobody worked on it.
import type { RunJob } from "./run-job.ts";

export interface RunClock {
  /** Epoch ms. */
  readonly started_ms: number;
  /** Between sessions, on a laptop. */
  readonly idle_ms: number;
}

/** undefined where the record doesn't say. */
export function clockOf({ clock, origin }: Pick<RunJob, "clock" | "origin">): RunClock | undefined {
  return clock ?? (origin && { started_ms: origin.accepted_ms, idle_ms: 0 });
}

export function elapsedSeconds({ started_ms, idle_ms }: RunClock, now_ms: number): number {
  return Math.max(0, now_ms - started_ms - idle_ms) / 1000;
}
