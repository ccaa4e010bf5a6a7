// usage.json in a finished step's folder: how long the step's work took and on what. Nothing is keyed by it. A run's usage
// is that of the steps that it did itself; what it found finished cost it nothing.

export const USAGE_FILE = "usage.json";

/** Beside done.json, of an attempt that failed: gpu-tasks/decant_tasks/protocol/failure.py. */
export function failedUsageFile(attempt: string): string {
  return `usage-${attempt}.json`;
}

export interface StepUsage {
  /** As core/budget/billed-device.ts writes it. */
  readonly device: string;
  readonly seconds: number;
  /** Epoch ms. */
  readonly finished_ms: number;
}

export interface RunStepUsage extends StepUsage {
  readonly step: string;
  /** Finished before this run began. */
  readonly kept: boolean;
}

/** undefined where the bytes are no usage: a step of an earlier version wrote none. */
export function parseUsage(bytes: Uint8Array): StepUsage | undefined {
  try {
    const { device, seconds, finished_ms } = JSON.parse(new TextDecoder().decode(bytes)) as StepUsage;
    const whole = typeof device === "string" && isAmount(seconds) && isAmount(finished_ms);
    return whole ? { device, seconds, finished_ms } : undefined;
  } catch {
    return undefined;
  }
}

function isAmount(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** Seconds in which at least one of this run's steps was at work: steps side by side count once. */
export function workingSeconds(steps: readonly RunStepUsage[]): number {
  const spans = steps
    .filter(({ kept }) => !kept)
    .map(({ seconds, finished_ms }) => ({ from: finished_ms - 1000 * seconds, to: finished_ms }))
    .sort((a, b) => a.from - b.from);
  let until = Number.NEGATIVE_INFINITY;
  let total_ms = 0;
  for (const { from, to } of spans) {
    total_ms += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return total_ms / 1000;
}
