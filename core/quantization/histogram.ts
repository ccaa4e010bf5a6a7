// A histogram of a stream of numbers in constant memory. Counts are integers and the range is always the smallest power
// of two that holds every value so far; doubling it merges bins exactly. So the result doesn't depend on the order.

/** Bins over [-limit, limit). A value x falls into floor((x / limit + 1) * BINS / 2). */
export const BINS = 8192;

export interface Histogram {
  /** A power of two above every |value|; 0 before the first nonzero value. */
  readonly limit: number;
  readonly counts: Float64Array;
  readonly zeros: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  /** NaN and infinities, which are in no bin. */
  readonly not_finite: number;
}

export function emptyHistogram(): Histogram {
  return { limit: 0, counts: new Float64Array(BINS), zeros: 0, count: 0, min: Infinity, max: -Infinity, not_finite: 0 };
}

/** The histogram with `values` added. The counts array is taken over: the old histogram must not be used again. */
export function added(histogram: Histogram, values: Float32Array): Histogram {
  let { min, max, not_finite } = histogram;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at]!;
    if (value < min && value !== -Infinity) min = value;
    if (value > max && value !== Infinity) max = value;
  }
  const absolute = Math.max(Math.abs(min), Math.abs(max));
  const limit = Number.isFinite(absolute) ? Math.max(histogram.limit, powerOfTwoAbove(absolute)) : histogram.limit;
  const counts = limit === histogram.limit ? histogram.counts : rebinned(histogram, limit);
  let zeros = histogram.zeros;
  const scale = BINS / 2 / limit;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at]!;
    if (value === 0) zeros += 1;
    else if (value - value !== 0) not_finite += 1;
    else counts[Math.floor(value * scale) + BINS / 2]! += 1;
  }
  return { limit, counts, zeros, count: histogram.count + values.length, min, max, not_finite };
}

/** The smallest power of two above `value`; 0 for 0. */
export function powerOfTwoAbove(value: number): number {
  if (value === 0) return 0;
  const power = 2 ** Math.floor(Math.log2(value));
  // log2 may be off by one step next to a power of two.
  return power > value ? power : power * 2 > value ? power * 2 : power * 4;
}

function rebinned(histogram: Histogram, limit: number): Float64Array {
  const counts = new Float64Array(BINS);
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
