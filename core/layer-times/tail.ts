// How far a file's slow runs lie above its median on the target: promises are about the 95th percentile, predictions about
// the median. An interruption takes as long whatever it interrupts: on a Xeon slow runs took 0.10, 0.12 and 0.15 ms longer
// than medians of 0.5, 0.75 and 1.4 ms. So what is interpolated is the excess, which weighs most on short runs.
import { type Blocks, latencyOf } from "../statistics/latency.ts";

export interface Tail {
  readonly ms_p50: number;
  /** Upper 95 % bound of the 95th percentile, as the gate holds it against a promise. */
  readonly ms_p95_upper: number;
}

/** The least that was ever seen, and what a pause of the machine while tails were measured may make of it at the most. */
const RATIO_LIMITS = { low: 1.05, high: 1.6 };

export function tailOf(blocks: Blocks): Tail {
  const { ms_p50, ms_p95_upper } = latencyOf(blocks, blocks);
  return { ms_p50, ms_p95_upper };
}

/** Of a file with this median, if slow runs take `safety` times as much longer as when they were measured. The excess is linear
 * between neighbours over the logarithm of the time, outside them the nearest's. */
export function p95OverP50(tails: readonly Tail[], ms_p50: number, safety = 1): number {
  const sorted = tails.toSorted((a, b) => a.ms_p50 - b.ms_p50);
  const above = sorted.findIndex((tail) => tail.ms_p50 >= ms_p50);
  const [low, high] = [sorted.at(above === -1 ? -1 : Math.max(0, above - 1)), sorted.at(above)];
  if (low === undefined || high === undefined) throw new RangeError("Expected at least one measured tail, got none");
  const span = Math.log(high.ms_p50 / low.ms_p50);
  const weight = span > 0 ? Math.log(ms_p50 / low.ms_p50) / span : 0;
  const excess_ms = excessOf(low) + weight * (excessOf(high) - excessOf(low));
  return Math.min(RATIO_LIMITS.high, Math.max(RATIO_LIMITS.low, 1 + (safety * excess_ms) / ms_p50));
}

function excessOf({ ms_p50, ms_p95_upper }: Tail): number {
  return ms_p95_upper - ms_p50;
}
