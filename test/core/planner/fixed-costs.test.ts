// Fixed costs: scaled by what the profile says of the machine, within bounds.
import { describe, expect, it } from "vitest";
import { fixedCosts } from "../../../core/planner/fixed-costs.ts";
import { COST } from "../../../core/planner/recipes.ts";
import { trainingSeconds } from "../../../core/planner/training-time.ts";
import { planOf, profileOf } from "../../fixtures/planner.ts";

const ARCHITECTURE = "tf_efficientnet_lite0";
const costsAt = (forward_ms: number) => fixedCosts(profileOf(4 * forward_ms, forward_ms), ARCHITECTURE);

describe("fixed costs", () => {
  it("are those of the machine that they were measured on where the profile says the same", () => {
    expect(costsAt(COST.forward_ms)).toEqual(COST.fixed_s);
  });

  it("fall with the milliseconds of a forward pass", () => {
    expect(costsAt(0.75 * COST.forward_ms).quantize).toBeCloseTo(0.75 * COST.fixed_s.quantize);
  });

  it("never fall below half, since processes start and files are written at any speed", () => {
    expect(costsAt(0.1).measure).toBe(0.5 * COST.fixed_s.measure);
  });

  it("never more than double, so that a profile that was measured beside other work refuses few runs", () => {
    expect(costsAt(500).measure).toBe(2 * COST.fixed_s.measure);
  });

  it("stay as they are on a GPU, whose speed says nothing of the CPU that quantizes", () => {
    const profile = { ...profileOf(0.4, 0.1), device: "cuda" as const };
    expect(fixedCosts(profile, ARCHITECTURE)).toEqual(COST.fixed_s);
  });

  it("leave training in three minutes with a latency promise on a fast machine", () => {
    const plan = planOf({ time_s: 180, latency_ms_p95: 1 });
    expect(trainingSeconds(plan, profileOf(50, 5.4))).toBeGreaterThan(20);
  });
});
