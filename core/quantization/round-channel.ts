// One output channel's weights to int8 steps, each nearest, or pair by pair under the limit of pair-limit.ts.
import { INT8_SYMMETRIC, quantize } from "./arithmetic.ts";
import { isViolating, roundPair } from "./pair-limit.ts";

/** How much an error of each weight weighs: the second moment of what it multiplies; undefined: all alike. */
export type Importance = Float64Array | undefined;

/** Fills `steps`; answers whether every weight got its nearest value, so that the limit cost nothing. */
export function roundChannel(exact: Float64Array, scale: number, limited: boolean, steps: Int8Array): boolean {
  const affine = { scale, zero_point: 0 };
  for (let at = 0; at < exact.length; at += 1) steps[at] = quantize(exact[at]!, affine, INT8_SYMMETRIC);
  if (!limited) return true;
  let untouched = true;
  for (let at = 0; at + 1 < exact.length; at += 2) {
    const [first, second] = [steps[at]!, steps[at + 1]!];
    if (!isViolating(first, second)) continue;
    const pair = roundPair(exact[at]! / scale, exact[at + 1]! / scale);
    [steps[at], steps[at + 1]] = pair;
    untouched = false;
  }
  return untouched;
}

/** Squared error of a channel's rounding, by importance. */
export function squaredError(exact: Float64Array, scale: number, steps: Int8Array, importance: Importance): number {
  let sum = 0;
  for (let at = 0; at < exact.length; at += 1) {
    const error = steps[at]! * scale - exact[at]!;
    sum += error * error * (importance?.[at] ?? 1);
  }
  return sum;
}
