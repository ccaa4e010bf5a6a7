// A measure of closeness that every sample informs, sure or not.
import { describe, expect, it } from "vitest";
import { softenedDivergence } from "../../../core/quantization/softened-divergence.ts";
import { klBySample } from "../../../core/statistics/divergence.ts";
import { logitsOf } from "../../../core/statistics/logits.ts";

const rows = (...values: number[]) => logitsOf(Float32Array.from(values), 2);

describe("the divergence of softened answers", () => {
  it("is 0 for equal answers, and for those that differ by a constant", () => {
    expect(softenedDivergence(rows(3, -1, 0, 2), rows(3, -1, 0, 2))).toBe(0);
    expect(softenedDivergence(rows(3, -1), rows(4, 0))).toBeCloseTo(0, 6);
    expect(softenedDivergence(rows(1, 1), rows(1, 1))).toBe(0);
  });

  it("sees an error of logits that plain KL misses where the model is sure", () => {
    const sure = rows(30, 0, 40, 0);
    const off = rows(25, 0, 35, 0);
    expect(klBySample(sure, off)[0]).toBeLessThan(1e-9);
    expect(softenedDivergence(sure, off)).toBeGreaterThan(0.001);
  });

  it("says the same of logits in another unit", () => {
    const once = softenedDivergence(rows(3, 1, 0, 2), rows(2, 1, 1, 2));
    expect(softenedDivergence(rows(30, 10, 0, 20), rows(20, 10, 10, 20))).toBeCloseTo(once, 6);
  });
});
