// Quantizing: what one candidate is expected to take.
import { describe, expect, it } from "vitest";
import { quantizeSeconds } from "../../../core/planner/quantize-time.ts";
import { COST, STUDENT } from "../../../core/planner/recipes.ts";

const FIXED = COST.fixed_s;
const whole = { input_size: COST.forward_size, prune: null };
const pruned = (ratios: { parameters_ratio?: number; macs_ratio?: number; latency_ms?: number }) => ({
  ...whole,
  prune: {
    pruner: "knapsack",
    importance: STUDENT.importance,
    channel_multiple: STUDENT.channel_multiple,
    ...ratios,
  },
});

describe("the seconds of quantizing", () => {
  it("grow with the pixels and with the parameters that remain", () => {
    const all = quantizeSeconds({}, FIXED, whole);
    expect(quantizeSeconds({}, FIXED, { ...whole, input_size: 112 })).toBeCloseTo(all - 0.75 * FIXED.quantize_macs);
    const half = quantizeSeconds({}, FIXED, pruned({ parameters_ratio: 0.5 }));
    expect(half).toBeCloseTo(all - 0.5 * FIXED.quantize_parameters);
  });

  it("are those of a whole network where only a latency limits it", () => {
    expect(quantizeSeconds({}, FIXED, pruned({ latency_ms: 1 }))).toBe(quantizeSeconds({}, FIXED, whole));
  });

  it("hold the timing of precisions where a latency is promised, but not for a student that goes on", () => {
    const budget = { latency_ms_p95: 4 };
    const without = quantizeSeconds({}, FIXED, whole);
    expect(quantizeSeconds(budget, FIXED, whole)).toBeGreaterThan(without);
    expect(quantizeSeconds(budget, FIXED, { ...whole, continues: "earlier" })).toBe(without);
  });
});
