// What is tried after a rung, by what its file broke.
import { describe, expect, it } from "vitest";
import { usableSizes } from "../../../core/planner/input-sizes.ts";
import { nextShape } from "../../../core/planner/next-shape.ts";
import { candidateOf, type Shape } from "../../../core/planner/shape.ts";
import { wilson } from "../../../core/statistics/wilson.ts";
import type { DecidedPoint, PromiseResult } from "../../../core/workflow/records/measurement.ts";
import { planOf } from "../../fixtures/planner.ts";

const SHAPE: Shape = { input_size: 160, parameters_ratio: 0.5, macs_ratio: 1, latency_ms: 1.8, pruner: "knapsack" };

function following(shape: Shape, promises: readonly PromiseResult[], latency_ms_p95_upper: number) {
  const candidate = candidateOf(shape, 1, 10);
  const point: DecidedPoint = {
    candidate_id: candidate.id,
    precision: "int8",
    measure_key: "m",
    quantize_key: "q",
    compress_key: "c",
    size_bytes: 1_400_000,
    latency_ms_p50: latency_ms_p95_upper * 0.9,
    latency_ms_p95_upper,
    top1: wilson(80, 90),
    agreement_with_teacher: wilson(80, 90),
    kl_to_teacher: 0.1,
    promises,
    on_front: true,
  };
  const plan = planOf({ latency_ms_p95: 2, size_bytes: 1_500_000 });
  return nextShape(plan, usableSizes(plan), [candidate], [point], candidate)!;
}

const tooSlow = (measured: number): PromiseResult => ({
  promise: "latency-p95",
  verdict: "failed",
  promised: 2,
  measured,
  unit: "ms",
  reason: "as measured",
});

describe("the next shape", () => {
  it("takes a smaller input's share off a latency limit too, so that it is faster and not only wider", () => {
    const { shape, aim } = following(SHAPE, [], 1.9);
    expect(aim).toBe("speed");
    expect(shape.input_size).toBeLessThan(160);
    expect(shape.latency_ms).toBeCloseTo(1.8 * (shape.input_size / 160) ** 2, 2);
  });

  it("lowers the limit by what was too slow, at the same input where that is near", () => {
    const { shape, aim } = following(SHAPE, [tooSlow(2.5)], 2.5);
    expect(aim).toBe("latency");
    expect(shape.input_size).toBe(160);
    expect(shape.latency_ms).toBeCloseTo(1.8 * (2 / 2.5) * 0.9, 2);
  });

  it("lowers it at a smaller input where it was far too slow", () => {
    const { shape } = following(SHAPE, [tooSlow(4.2)], 4.2);
    expect(shape.input_size).toBeLessThan(160);
    expect(shape.latency_ms).toBeCloseTo(1.8 * (2 / 4.2) * 0.9, 2);
  });
});
