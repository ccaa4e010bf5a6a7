// How far a file's slow runs lie above its median on the target: promises are about the 95th percentile, predictions about
// the median. Interruptions of the system cost a short run relatively more, so it is measured at several durations.
import { type Blocks, latencyOf } from "../statistics/latency.ts";

export interface Tail {
  readonly ms_p50: number;
  /** Upper 95 % bound of the 95th percentile over the median, as the gate holds it against a promise. */
  readonly p95_over_p50: number;
}

/** What a pause of the machine while it was measured may make of it at the most, and the least that was ever seen. */
const LIMITS = { low: 1.05, high: 1.6 };

export function tailOf(blocks: Blocks): Tail {
  const { ms_p50, ms_p95_upper } = latencyOf(blocks, blocks);
  return { ms_p50, p95_over_p50: ms_p95_upper / ms_p50 };
}

/** Of a file with this median: linear between its neighbours over the logarithm of the time, outside them the nearest. */
export function p95OverP50(tails: readonly Tail[], ms_p50: number): number {
  const sorted = tails.toSorted((a, b) => a.ms_p50 - b.ms_p50);
  const above = sorted.findIndex((tail) => tail.ms_p50 >= ms_p50);
  const [low, high] = [sorted.at(above === -1 ? -1 : Math.max(0, above - 1)), sorted.at(above)];
  if (low === undefined || high === undefined) throw new RangeError("Expected at least one measured tail, got none");
  const span = Math.log(high.ms_p50 / low.ms_p50);
  const weight = span > 0 ? Math.log(ms_p50 / low.ms_p50) / span : 0;
  const ratio = low.p95_over_p50 + Math.max(0, weight) * (high.p95_over_p50 - low.p95_over_p50);
  return Math.min(LIMITS.high, Math.max(LIMITS.low, ratio));
}
