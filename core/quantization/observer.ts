// Observers: what range of a tensor's histogram is quantized. What lies outside is clipped.
import { BINS, binEdge, type Histogram } from "./histogram.ts";

export interface Range {
  readonly low: number;
  readonly high: number;
}

export type ObserverName = "min-max" | "percentile" | "squared-error";

export interface Observer {
  readonly name: ObserverName;
  range(histogram: Histogram): Range;
}

/** Everything that was seen. */
export const minMax: Observer = {
  name: "min-max",
  range: ({ min, max, count }) =>
    count === 0 ? { low: 0, high: 0 } : { low: Math.min(0, min), high: Math.max(0, max) },
};

/** All but the outermost values: a fraction of (1 - coverage) / 2 is clipped at either end. */
export function percentile(coverage: number): Observer {
  return {
    name: "percentile",
    range(histogram) {
      const full = minMax.range(histogram);
      if (histogram.limit === 0) return full;
      const clipped = (histogram.count * (1 - coverage)) / 2;
      const from = firstBin(histogram, clipped, 0, 1);
      const to = firstBin(histogram, clipped, BINS - 1, -1);
      return {
        low: Math.max(full.low, Math.min(0, binEdge(histogram, from))),
        high: Math.min(full.high, Math.max(0, binEdge(histogram, to + 1))),
      };
    },
  };
}

/** Fractions of the full range that are tried: 1, 0.98, ..., 0.2. */
const SHRINKING = Array.from({ length: 41 }, (_, step) => 1 - step * 0.02);

/** The range, shrunk from both ends alike, that loses least: rounding inside (step^2 / 12) against clipping outside. */
export const squaredError: Observer = {
  name: "squared-error",
  range(histogram) {
    const full = minMax.range(histogram);
    const bins = occupiedBins(histogram);
    const tried = SHRINKING.map((factor) => {
      const range = { low: full.low * factor, high: full.high * factor };
      return { range, loss: squaredLoss(bins, range) };
    });
    return tried.reduce((best, each) => (each.loss < best.loss ? each : best)).range;
  },
};

interface OccupiedBin {
  readonly middle: number;
  readonly count: number;
}

function occupiedBins(histogram: Histogram): OccupiedBin[] {
  return Array.from(histogram.counts, (count, bin) => {
    return { middle: (binEdge(histogram, bin) + binEdge(histogram, bin + 1)) / 2, count };
  }).filter(({ count }) => count > 0);
}

function squaredLoss(bins: readonly OccupiedBin[], { low, high }: Range): number {
  const rounding = ((high - low) / 255) ** 2 / 12;
  return bins.reduce((sum, { middle, count }) => {
    const clipped = Math.max(0, middle - high, low - middle);
    return sum + count * (clipped > 0 ? clipped * clipped : rounding);
  }, 0);
}

/** The first bin, from one end, at which more than `clipped` values were passed. */
function firstBin(histogram: Histogram, clipped: number, start: number, step: 1 | -1): number {
  let passed = 0;
  for (let bin = start; bin >= 0 && bin < BINS; bin += step) {
    passed += histogram.counts[bin]!;
    if (passed > clipped) return bin;
  }
  return start;
}
