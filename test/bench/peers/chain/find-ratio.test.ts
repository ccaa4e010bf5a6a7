// Bisection to a speed that pruning can give, and to one that it can not.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findRatio } from "../../../../bench/peers/chain/find-ratio.ts";

/** Faster the more is pruned, as MACs fall with the square of the channels. */
const speedupAt = async (ratio: number) => 7 / (1 - ratio) ** 2;

describe("the share of channels to prune", () => {
  it("gives a speed within a tenth of any that pruning can give", async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 7.2, max: 60, noNaN: true }), async (wanted) => {
        const found = (await findRatio(wanted, speedupAt))!;
        expect(Math.abs(found.speedup / wanted - 1)).toBeLessThan(0.1);
      }),
    );
  });

  it("is none where the network is already much faster, or can't become as fast", async () => {
    expect(await findRatio(3, speedupAt)).toBeUndefined();
    expect(await findRatio(5000, speedupAt)).toBeUndefined();
  });
});
