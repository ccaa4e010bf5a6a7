// Difference of two proportions on the same samples: square-and-add with correlation (Newcombe 1998, Statistics in
// Medicine 17:2635, method 10).
import type { Estimate } from "../workflow/records/measurement.ts";
import { wilson } from "./wilson.ts";

/** How often both, only the first, only the second and neither succeeded. */
export interface PairedCounts {
  readonly both: number;
  readonly first_only: number;
  readonly second_only: number;
  readonly neither: number;
}

export function countPairs(first: readonly boolean[], second: readonly boolean[]): PairedCounts {
  if (first.length !== second.length) {
    throw new RangeError(`Expected two lists of one length, got ${first.length} and ${second.length}`);
  }
  const count = (a: boolean, b: boolean) => first.filter((value, at) => value === a && second[at] === b).length;
  return {
    both: count(true, true),
    first_only: count(true, false),
    second_only: count(false, true),
    neither: count(false, false),
  };
}

/** First minus second, -1..1, with its 95 % interval. */
export function pairedDifference(counts: PairedCounts): Estimate {
  const { both, first_only, second_only, neither } = counts;
  const n = both + first_only + second_only + neither;
  const first = wilson(both + first_only, n);
  const second = wilson(both + second_only, n);
  const value = (first_only - second_only) / n;
  const phi = correlation(counts, n);
  const below = squareAndAdd(first.value - first.low, second.high - second.value, phi);
  const above = squareAndAdd(first.high - first.value, second.value - second.low, phi);
  return { value, low: Math.max(-1, value - below), high: Math.min(1, value + above), n };
}

function squareAndAdd(first: number, second: number, phi: number): number {
  return Math.sqrt(Math.max(0, first * first - 2 * phi * first * second + second * second));
}

/** The phi coefficient, its numerator moved towards zero by n/2 where it is positive (Newcombe's correction). */
function correlation({ both, first_only, second_only, neither }: PairedCounts, n: number): number {
  const product = (both + first_only) * (second_only + neither) * (both + second_only) * (first_only + neither);
  if (product === 0) return 0;
  const cross = both * neither - first_only * second_only;
  return (cross < 0 ? cross : Math.max(0, cross - n / 2)) / Math.sqrt(product);
}
