// Latency for the report: every run's time becomes a histogram and one line a block.
import type { Latency } from "../workflow/records/measurement.ts";
import type { BlockSummary, LatencySummary } from "./report-model.ts";

const BINS = 48;

/** Nearest-rank percentile of ascending values, share in 0..1; NaN when there are none. */
function rank(ascending: readonly number[], share: number): number {
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? Number.NaN;
}

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

function summarizeBlock(runs: readonly number[]): BlockSummary {
  const sorted = ascending(runs);
  return { low: rank(sorted, 0), p50: rank(sorted, 0.5), p95: rank(sorted, 0.95), high: rank(sorted, 1) };
}

/** The axis ends a little over p99, so that one stray run does not flatten the rest; runs past it are counted. */
function histogram(runs: readonly number[], p99: number): LatencySummary["histogram"] {
  const sorted = ascending(runs);
  const from = sorted[0] ?? 0;
  const last = sorted.at(-1) ?? from;
  const end = Math.min(last, p99 + 0.25 * (p99 - from)) || from;
  const step = (end - from) / BINS || Math.max(from, 1) / BINS;
  const counts = new Array<number>(BINS).fill(0);
  let beyond = 0;
  for (const run of sorted) {
    const bin = Math.min(BINS - 1, Math.floor((run - from) / step));
    if (run > end) beyond += 1;
    else counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { from_ms: from, step_ms: step, counts, beyond };
}

/** All of a latency record but the single runs. */
export function summarizeLatency(latency: Latency): LatencySummary {
  const { samples_ms, ...figures } = latency;
  const blocks = samples_ms.filter((block) => block.length > 0);
  return {
    ...figures,
    blocks_ms: blocks.map(summarizeBlock),
    histogram: histogram(blocks.flat(), latency.ms_p99),
  };
}
