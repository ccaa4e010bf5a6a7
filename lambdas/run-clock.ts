// When a run began, and for how long since then nobody worked on it.

export interface RunClock {
  /** Epoch ms. */
  readonly started_ms: number;
  /** Between sessions, on a laptop. */
  readonly idle_ms: number;
}

/** The parts of a run's record that say it: a laptop's clock, or when the cloud accepted the job. */
interface Timed {
  readonly clock?: RunClock;
  readonly origin?: { readonly accepted_ms: number };
}

/** undefined where the record doesn't say. */
export function clockOf({ clock, origin }: Timed): RunClock | undefined {
  return clock ?? (origin && { started_ms: origin.accepted_ms, idle_ms: 0 });
}

export function elapsedSeconds({ started_ms, idle_ms }: RunClock, now_ms: number): number {
  return Math.max(0, now_ms - started_ms - idle_ms) / 1000;
}
