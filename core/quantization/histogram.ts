// A histogram of a stream of numbers in constant memory. Counts are integers and the range is always the smallest power
// of two that holds every value so far; doubling it merges bins exactly. So the result doesn't depend on the order.

/** Bins over [-limit, limit). A value x falls into floor((x / limit + 1) * BINS / 2). */
export const BINS = 8192;

export interface Histogram {
  /** A power of two above every |value|; 0 before the first nonzero value. */
  readonly limit: number;
  readonly counts: Float64Array;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  /** Whether NaN or an infinity was seen: then the rest means nothing. */
  readonly broken: boolean;
}

export function emptyHistogram(): Histogram {
  return { limit: 0, counts: new Float64Array(BINS), count: 0, min: Infinity, max: -Infinity, broken: false };
}

/** The histogram with `values` added. The counts array is taken over: the old histogram must not be used again. */
export function added(histogram: Histogram, values: Float32Array): Histogram {
  let { min, max } = histogram;
  let finite = 0;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at]!;
    finite += value - value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (histogram.broken || finite !== 0) return { ...histogram, broken: true };
  const limit = Math.max(histogram.limit, powerOfTwoAbove(Math.max(Math.abs(min), Math.abs(max))));
  const counts = limit === histogram.limit ? histogram.counts : rebinned(histogram, limit);
  const count = histogram.count + values.length;
  if (limit === 0) counts[BINS / 2]! += values.length;
  else addCounts(counts, values, BINS / 2 / limit);
  return { limit, counts, count, min, max, broken: false };
}

function addCounts(counts: Float64Array, values: Float32Array, scale: number): void {
  for (let at = 0; at < values.length; at += 1) counts[Math.floor(values[at]! * scale) + BINS / 2]! += 1;
}

/** The smallest power of two above `value`; 0 where it is 0, or -infinity since nothing was seen. */
function powerOfTwoAbove(value: number): number {
  if (value === 0 || value === Infinity) return 0;
  const power = 2 ** Math.floor(Math.log2(value));
  // log2 may be off by one step next to a power of two.
  return power > value ? power : power * 2 > value ? power * 2 : power * 4;
}

function rebinned(histogram: Histogram, limit: number): Float64Array {
  const counts = new Float64Array(BINS);
  if (histogram.limit === 0) counts[BINS / 2] = histogram.count;
  if (histogram.limit === 0) return counts;
  const factor = limit / histogram.limit;
  for (let bin = 0; bin < BINS; bin += 1) {
    const count = histogram.counts[bin]!;
    if (count > 0) counts[Math.floor((bin - BINS / 2) / factor) + BINS / 2]! += count;
  }
  return counts;
}

/** The value of a bin's lower edge. */
export function binEdge(histogram: Histogram, bin: number): number {
  return ((bin - BINS / 2) * histogram.limit) / (BINS / 2);
}
