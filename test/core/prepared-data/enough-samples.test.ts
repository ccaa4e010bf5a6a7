// What must be left after decoding.
import { expect, test } from "vitest";
import { missingSamples } from "../../../core/prepared-data/enough-samples.ts";
import type { PreparedSplit } from "../../../core/workflow/records/prepared-data.ts";

function split(...counts: number[]): PreparedSplit {
  const count = counts.reduce((sum, value) => sum + value, 0);
  return { count, count_per_class: counts, labels: "", samples: "", arrays: {} };
}

const left_out = ["a", "b", "c", "d"].map((path) => ({ path, reason: "corrupt" as const, detail: "" }));

test("is content with five training images a class and one elsewhere", () => {
  const splits = { train: split(5, 9), validation: split(1, 0), test: split(0, 1) };
  expect(missingSamples({ classes: ["x", "y"], splits, left_out })).toEqual([]);
});

test("names every class and split that lacks images, and some of the files left out", () => {
  const splits = { train: split(4, 9, 0), validation: split(0, 0, 0), test: split(0, 0, 0) };
  const problems = missingSamples({ classes: ["x", "y", "z"], splits, left_out });
  expect(problems.map(({ where }) => where)).toEqual(["class x", "class z", "validation split", "test split"]);
  expect(problems[0]!.message).toMatch(/got 4; 4 files were left out \(a corrupt, b corrupt, c corrupt, \.\.\.\)/);
});
