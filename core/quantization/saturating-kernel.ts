// The arithmetic of x86 kernels without VNNI, as integers: VPMADDUBSW adds two uint8 * int8 products into a saturated int16,
// VPMADDWD and VPADDD add those up in int32. See reduction-order.ts for where the order comes from.
import type { ReductionOrder } from "./reduction-order.ts";

const INT16 = { low: -32_768, high: 32_767 } as const;

export interface SaturatingSum {
  /** What the kernel answers. */
  readonly sum: number;
  /** What exact arithmetic answers. */
  readonly exact: number;
  readonly overflows: number;
}

/** One output of one channel. `activations`: uint8 in the reduction's order; `weights`: int8 in the file's. */
export function saturatingSum(
  order: ReductionOrder,
  channel: number,
  activations: ArrayLike<number>,
  weights: ArrayLike<number>,
): SaturatingSum {
  const start = channel * order.channel_stride;
  const product = (at: number) => (at < order.length ? activations[at]! * weights[start + order.offsets[at]!]! : 0);
  let [sum, exact, overflows] = [0, 0, 0];
  for (let at = 0; at < order.length; at += 2) {
    const pair = product(at) + product(at + 1);
    const kept = order.paired ? Math.min(INT16.high, Math.max(INT16.low, pair)) : pair;
    exact += pair;
    sum += kept;
    if (kept !== pair) overflows += 1;
  }
  return { sum, exact, overflows };
}
