// Wilson's score interval of a proportion, without continuity correction (Wilson 1927; Newcombe 1998, method 3).
import type { Proportion } from "../workflow/records/measurement.ts";
import { NORMAL_TWO_SIDED_95 } from "./normal.ts";

/** `count` successes of `n`, with the 95 % interval. */
export function wilson(count: number, n: number): Proportion {
  if (!(Number.isInteger(n) && n > 0 && Number.isInteger(count) && count >= 0 && count <= n)) {
    throw new RangeError(`Expected whole numbers 0 <= count <= n and n > 0, got ${count} of ${n}`);
  }
  const z2 = NORMAL_TWO_SIDED_95 ** 2;
  const value = count / n;
  const centre = (value + z2 / (2 * n)) / (1 + z2 / n);
  const half = (NORMAL_TWO_SIDED_95 / (1 + z2 / n)) * Math.sqrt((value * (1 - value)) / n + z2 / (4 * n * n));
  // At the ends the formula is exactly 0 or 1; rounding must not leave the value outside.
  const low = count === 0 ? 0 : Math.max(0, centre - half);
  const high = count === n ? 1 : Math.min(1, centre + half);
  return { value, count, n, low, high };
}
