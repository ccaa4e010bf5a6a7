// Ranking of classes by probability.
import { expect, test } from "vitest";
import { topClasses } from "../../../core/artifact/top-classes.ts";

test("gives the likeliest first, with probabilities that sum to one over all classes", () => {
  const top = topClasses([0, Math.log(2), Math.log(5)], ["a", "b", "c"], 5);
  expect(top.map(({ label }) => label)).toEqual(["c", "b", "a"]);
  for (const [at, wanted] of [5 / 8, 2 / 8, 1 / 8].entries()) expect(top[at]!.probability).toBeCloseTo(wanted, 12);
});

test("cuts after the asked count and keeps the classes' order among equals", () => {
  expect(topClasses([1, 1, 1], ["a", "b", "c"], 2).map(({ label }) => label)).toEqual(["a", "b"]);
});
