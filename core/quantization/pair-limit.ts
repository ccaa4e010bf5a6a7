// Rounding under the limit that no pair of weights can overflow int16 in a saturating kernel, whatever the activations.
import { INT8_SYMMETRIC, roundHalfEven } from "./arithmetic.ts";

/**
 * 255 * 128 = 32,640 fits int16 and 255 * 129 does not; on the negative side alike. Weights of opposite signs can't add up:
 * one of them alone is the extreme, and 255 * 127 fits.
 */
export const PAIR_SUM_MAX = 128;

/** Whether some uint8 activations make the two products overflow. */
export function isViolating(first: number, second: number): boolean {
  return Math.abs(first + second) > PAIR_SUM_MAX;
}

/** The allowed values of a weight beside its partner. */
export function allowedBeside(partner: number): { readonly low: number; readonly high: number } {
  return {
    low: Math.max(INT8_SYMMETRIC.low, -PAIR_SUM_MAX - partner),
    high: Math.min(INT8_SYMMETRIC.high, PAIR_SUM_MAX - partner),
  };
}

/**
 * The allowed pair of integers nearest to (x, y), in steps. Where rounding each alone breaks the limit, it lies on the line
 * a + b = +-128: inside, one of the two could move towards its own rounding and come nearer.
 */
export function roundPair(x: number, y: number): readonly [number, number] {
  const [a, b] = [saturated(x), saturated(y)];
  if (!isViolating(a, b)) return [a, b];
  const sum = a + b > 0 ? PAIR_SUM_MAX : -PAIR_SUM_MAX;
  const { low, high } = INT8_SYMMETRIC;
  const [from, to] = sum > 0 ? [sum - high, high] : [low, sum - low];
  const first = Math.min(to, Math.max(from, roundHalfEven((x - y + sum) / 2)));
  return [first, sum - first];
}

function saturated(steps: number): number {
  return Math.min(INT8_SYMMETRIC.high, Math.max(INT8_SYMMETRIC.low, roundHalfEven(steps))) + 0;
}
