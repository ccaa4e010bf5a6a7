// McNemar's exact test: whether two models differ on the same samples, from those on which only one is right. Of that
// many, each is as likely to be the one's as the other's if they don't (McNemar 1947, Psychometrika 12:153; exact by the
// binomial distribution, Edwards 1948).
import type { PairedCounts } from "./paired-difference.ts";

/** Two-sided p, 0..1. */
export function mcnemarP({ first_only, second_only }: Pick<PairedCounts, "first_only" | "second_only">): number {
  const n = first_only + second_only;
  const fewer = Math.min(first_only, second_only);
  // Logarithms of C(n, k) / 2^n: for thousands of pairs the terms themselves are below the smallest number.
  let logarithm = -n * Math.LN2;
  let tail = Math.exp(logarithm);
  for (let k = 1; k <= fewer; k += 1) {
    logarithm += Math.log(n - k + 1) - Math.log(k);
    tail += Math.exp(logarithm);
  }
  return Math.min(1, 2 * tail);
}
