// The lower bound of a paired difference against drawn resamples, at its ends, and its error by summation over all counts.
import { describe, expect, it } from "vitest";
import { mcnemarP } from "../../../core/statistics/mcnemar.ts";
import { lowerDifference } from "../../../core/statistics/paired-bootstrap.ts";
import { seededRandom } from "../../../core/statistics/random.ts";

const counts = (n: number, first_only: number, second_only: number) => ({
  both: n - first_only - second_only,
  neither: 0,
  first_only,
  second_only,
});

/** As textbooks do it: 4,000 resamples of the pairs themselves. */
function drawnLower(n: number, first_only: number, second_only: number, seed: number): number {
  const random = seededRandom(seed);
  const pairs = Array.from({ length: n }, (_, at) => (at < first_only ? 1 : at < first_only + second_only ? -1 : 0));
  const means = Array.from({ length: 4000 }, () => {
    let sum = 0;
    for (let draw = 0; draw < n; draw += 1) sum += pairs[Math.floor(random() * n)]!;
    return sum / n;
  }).sort((a, b) => a - b);
  return means[200]!;
}

describe("the lower bound of a paired difference", () => {
  it.each([
    [400, 30, 10],
    [400, 20, 20],
    [300, 5, 25],
  ])("of %i pairs is that of drawn resamples within two counts", (n, first_only, second_only) => {
    const drawn = drawnLower(n, first_only, second_only, 1);
    expect(Math.abs(lowerDifference(counts(n, first_only, second_only)) - drawn)).toBeLessThanOrEqual(2.01 / n);
  });

  it("lies below the difference, and rises with it", () => {
    let last = -2;
    for (let first_only = 0; first_only <= 40; first_only += 1) {
      const lower = lowerDifference(counts(200, first_only, 40 - first_only));
      expect(lower).toBeLessThanOrEqual((2 * first_only - 40) / 200);
      expect(lower).toBeGreaterThanOrEqual(last);
      last = lower;
    }
  });

  it("claims nothing from no pair and little from a few", () => {
    expect(lowerDifference(counts(0, 0, 0))).toBe(-1);
    expect(lowerDifference(counts(1, 1, 0))).toBeLessThan(0);
    expect(lowerDifference(counts(20, 0, 0))).toBeLessThan(-0.01);
    expect(lowerDifference(counts(1, 0, 1))).toBe(-1);
    expect(lowerDifference(counts(10, 10, 0))).toBeGreaterThan(0);
  });

  it.each([
    [50, 0.1],
    [100, 0.05],
    [100, 0.02],
    [200, 0.1],
    [300, 0.02],
    [500, 0.05],
  ])(
    "of %i pairs, %d discordant, exceeds a true difference of -1 point for at most one sample in twenty",
    (n, discordant) => {
      const up = (discordant - 0.01) / 2;
      const down = (discordant + 0.01) / 2;
      let [exceeded, whole] = [0, 0];
      const most = Math.ceil(n * discordant + 8 * Math.sqrt(n * discordant) + 8);
      for (let a = 0; a <= most; a += 1) {
        for (let b = 0; a + b <= Math.min(n, most); b += 1) {
          const mass = trinomial(n, a, b, up, down);
          whole += mass;
          if (mass > 1e-7 && lowerDifference(counts(n, a, b)) > -0.01 + 1e-9) exceeded += mass;
        }
      }
      expect(whole).toBeCloseTo(1, 6);
      expect(exceeded).toBeLessThanOrEqual(0.05);
    },
  );
});

function trinomial(n: number, a: number, b: number, up: number, down: number): number {
  let logarithm = a * Math.log(up) + b * Math.log(down) + (n - a - b) * Math.log(1 - up - down);
  for (let k = 0; k < a + b; k += 1) logarithm += Math.log(n - k);
  for (let k = 2; k <= a; k += 1) logarithm -= Math.log(k);
  for (let k = 2; k <= b; k += 1) logarithm -= Math.log(k);
  return Math.exp(logarithm);
}

describe("McNemar's exact test", () => {
  // R: binom.test(x, n)$p.value
  it.each([
    [0, 0, 1],
    [5, 5, 1],
    [1, 9, 0.021484375],
    [0, 10, 0.001953125],
    [10, 20, 0.09873714670538902],
  ])("of %i against %i is %d", (first_only, second_only, p) => {
    expect(mcnemarP({ first_only, second_only })).toBeCloseTo(p, 12);
  });

  it("neither under- nor overflows with thousands of pairs", () => {
    expect(mcnemarP({ first_only: 5000, second_only: 5000 })).toBeCloseTo(1, 6);
    expect(mcnemarP({ first_only: 4900, second_only: 5100 })).toBeCloseTo(0.0466, 3);
  });
});
