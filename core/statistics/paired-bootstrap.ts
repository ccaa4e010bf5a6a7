// The lower 95 % bound of a difference of two accuracies on the same samples: the percentile bootstrap over pairs (Efron
// & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13). A pair's difference is +1, -1 or 0, so a resample is a
// multinomial draw of counts, and its distribution is summed exactly instead of drawn: the same as endless resampling,
// without a seed. Two corrections keep small test sets honest, where it would otherwise promise too much: half a pair is
// added to each way of disagreeing (as Agresti & Min 2005, Statistics in Medicine 24:729, do), and of two neighbouring
// counts the quantile is the lower.
import type { PairedCounts } from "./paired-difference.ts";

const LEVEL = 0.05;
/** Beyond this many standard deviations (and as many counts more) a binomial's tail is below 1e-8. */
const TAIL_DEVIATIONS = 6;
const ADDED = 0.5;

/** First minus second, -1..1: the value that the resampled difference falls below in at most 5 % of resamples. */
export function lowerDifference(counts: PairedCounts): number {
  const { first_only, second_only } = counts;
  const n = counts.both + counts.neither + first_only + second_only;
  if (n === 0) return -1;
  const total = n + 2 * ADDED;
  const masses = differenceMasses(n, (first_only + ADDED) / total, (second_only + ADDED) / total);
  let below = 0;
  const at = masses.findIndex((mass) => {
    below += mass;
    return below > LEVEL;
  });
  return (at - n) / n;
}

/** Probability of (ups - downs) = i - n at index i, where `n` draws each go up, down or stay. */
function differenceMasses(n: number, up: number, down: number): Float64Array {
  const masses = new Float64Array(2 * n + 1);
  const ups = binomialMasses(n, up);
  ups.masses.forEach((mass, i) => {
    const count = ups.first + i;
    const downs = binomialMasses(n - count, Math.min(1, down / (1 - up)));
    const top = n + count - downs.first;
    for (let j = 0; j < downs.masses.length; j += 1) masses[top - j]! += mass * downs.masses[j]!;
  });
  return masses;
}

/** Probability of `first` + i successes at index i: those that matter, by the recurrence outwards from the mode. */
function binomialMasses(n: number, p: number): { readonly first: number; readonly masses: Float64Array } {
  const spread = Math.ceil(TAIL_DEVIATIONS * Math.sqrt(n * p * (1 - p)) + TAIL_DEVIATIONS);
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const [first, last] = [Math.max(0, mode - spread), Math.min(n, mode + spread)];
  const masses = new Float64Array(last - first + 1);
  masses[mode - first] = 1;
  for (let k = mode; k < last; k += 1) masses[k + 1 - first] = (masses[k - first]! * (n - k) * p) / ((k + 1) * (1 - p));
  for (let k = mode; k > first; k -= 1) masses[k - 1 - first] = (masses[k - first]! * k * (1 - p)) / ((n - k + 1) * p);
  const sum = masses.reduce((total, mass) => total + mass, 0);
  return { first, masses: masses.map((mass) => mass / sum) };
}
