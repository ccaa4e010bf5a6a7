// The curve of a student that several rungs trained.
import { expect, it } from "vitest";
import { joinCurves } from "../../../core/report/join-curves.ts";
import type { CurvePoint } from "../../../core/workflow/records/training.ts";

const curve = (epochs: number, loss: number): CurvePoint[] =>
  Array.from({ length: epochs }, (_, at) => ({
    phase: "distill",
    epoch: at + 1,
    step: 16 * (at + 1),
    train_loss: loss,
  }));

it("counts a later rung's epochs and steps on from the rung before", () => {
  const joined = joinCurves([curve(2, 1), curve(3, 0.5)]);
  expect(joined.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
  expect(joined.map(({ step }) => step)).toEqual([16, 32, 48, 64, 80]);
  expect(joined.map(({ train_loss }) => train_loss)).toEqual([1, 1, 0.5, 0.5, 0.5]);
});

it("leaves one rung's curve as it is, and knows none of no rung", () => {
  expect(joinCurves([curve(4, 1)])).toEqual(curve(4, 1));
  expect(joinCurves([])).toEqual([]);
});
