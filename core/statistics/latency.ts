// Latency from alternating blocks of runs: percentiles over all runs, intervals over blocks, since runs within a block
// are correlated and blocks nearly not (batch means: Law and Kelton 1991, ch. 9).
import type { Estimate, Latency } from "../workflow/records/measurement.ts";
import { meanInterval, meanUpperBound } from "./mean.ts";
import { percentile } from "./percentile.ts";
import { sortSamples } from "./sorted-samples.ts";

/** Each run's time in ms, block by block; at least 2 blocks. */
export type Blocks = readonly (readonly number[])[];

/** `baseline` was timed in the same process, a block before or after each of these. */
export function latencyOf(blocks: Blocks, baseline: Blocks): Latency {
  const all = sortSamples(blocks.flat());
  return {
    ms_p50: percentile(all, 50),
    ms_p95: percentile(all, 95),
    ms_p99: percentile(all, 99),
    // Never below the p95 of all runs: with few blocks their mean p95 can be.
    ms_p95_upper: Math.max(percentile(all, 95), meanUpperBound(percentileByBlock(blocks, 95))),
    speedup_over_baseline: speedup(baseline, blocks),
    blocks: blocks.length,
    runs_per_block: Math.min(...blocks.map((block) => block.length)),
    samples_ms: blocks,
  };
}

/** How many times faster `blocks` is than `baseline`: geometric mean over blocks of the ratio of medians. */
export function speedup(baseline: Blocks, blocks: Blocks): Estimate {
  if (baseline.length !== blocks.length) {
    throw new RangeError(`Expected as many blocks as the baseline's ${baseline.length}, got ${blocks.length}`);
  }
  const own = percentileByBlock(blocks, 50);
  const logs = percentileByBlock(baseline, 50).map((ms, at) => Math.log(ms / own[at]!));
  const { value, low, high, n } = meanInterval(logs);
  return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high), n };
}

function percentileByBlock(blocks: Blocks, percent: number): number[] {
  return blocks.map((block) => percentile(sortSamples(block), percent));
}
