// Percentiles: Hyndman and Fan 1996, definition 7 (linear between order statistics), numpy's default.
import type { SortedSamples } from "./sorted-samples.ts";

/** The percentile at `percent`, 0..100. */
export function percentile(samples: SortedSamples, percent: number): number {
  if (!(percent >= 0 && percent <= 100)) throw new RangeError(`Expected a percent of 0 to 100, got ${percent}`);
  const position = ((samples.length - 1) * percent) / 100;
  const below = Math.floor(position);
  const low = samples[below]!;
  const high = samples[Math.min(below + 1, samples.length - 1)]!;
  return low + (high - low) * (position - below);
}
