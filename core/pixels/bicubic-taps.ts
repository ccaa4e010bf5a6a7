// The weights of a bicubic resize along one axis (Catmull-Rom, a = -0.5; widened when reducing), as whole numbers, so that
// every machine computes the same pixels: Keys, "Cubic convolution interpolation", 1981.

/** What every output's weights add up to: 1 in fixed point. */
export const TAPS_ONE = 1 << 14;

export interface Taps {
  /** Weights of an output come in pairs; the last may be zero. */
  readonly pairs: number;
  /** [to]: the first input of each output. */
  readonly starts: Int32Array;
  /** [to, 2 * pairs]: they may reach past the input's end with weight 0. */
  readonly weights: Int16Array;
}

/** Weights that resize `from` samples to `to`, pixel centres at half, the outermost samples repeated outside. */
export function bicubicTaps(from: number, to: number): Taps {
  const scale = from / to;
  const widening = Math.max(1, scale);
  const reach = 2 * widening;
  const starts = new Int32Array(to);
  const rows: number[][] = [];
  for (let at = 0; at < to; at += 1) {
    const centre = (at + 0.5) * scale - 0.5;
    const low = Math.ceil(centre - reach);
    const high = Math.floor(centre + reach);
    const first = Math.min(Math.max(low, 0), from - 1);
    const row = new Array<number>(Math.min(Math.max(high, 0), from - 1) - first + 1).fill(0);
    for (let source = low; source <= high; source += 1) {
      row[Math.min(Math.max(source - first, 0), row.length - 1)]! += cubic((source - centre) / widening);
    }
    starts[at] = first;
    rows.push(row);
  }
  const pairs = Math.ceil(Math.max(...rows.map((row) => row.length)) / 2);
  const weights = new Int16Array(to * pairs * 2);
  rows.forEach((row, at) => {
    weights.set(wholeWeights(row), at * pairs * 2);
  });
  return { pairs, starts, weights };
}

function cubic(x: number): number {
  const t = Math.abs(x);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}

/** Rounds running totals, not single weights: the sum comes out exact, however many and small they are. */
function wholeWeights(row: readonly number[]): number[] {
  const sum = row.reduce((total, weight) => total + weight, 0);
  let total = 0;
  let before = 0;
  return row.map((weight) => {
    total += weight;
    const rounded = Math.round((total / sum) * TAPS_ONE);
    const whole = rounded - before;
    before = rounded;
    return whole;
  });
}
