// The bootstrap over pictures: many answers to one picture are one picture.
import { describe, expect, it } from "vitest";
import { pooledMean } from "../../../bench/peers/pooled-mean.ts";

describe("a pooled mean", () => {
  it("is none of nothing", () => {
    expect(pooledMean([])).toBeUndefined();
  });

  it("averages a picture's values first, so that many answers to few pictures stay few pictures", () => {
    const once = { pictures: "a", values: [0, 1, 1, 0, 1, 0, 0, 1] };
    const alone = pooledMean([once])!;
    const repeated = pooledMean([once, once, once])!;
    expect(repeated).toEqual(alone);
    expect(alone.n).toBe(8);
    expect(alone.low).toBeLessThan(alone.value);
  });

  it("weighs sets by their pictures", () => {
    const small = { pictures: "a", values: [1] };
    const large = { pictures: "b", values: [0, 0, 0] };
    expect(pooledMean([small, large])).toMatchObject({ value: 0.25, n: 4 });
  });
});
