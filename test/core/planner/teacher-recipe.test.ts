// The teacher's recipe: within its share of the time, the largest input that the time allows, the same for the same facts.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TEACHER } from "../../../core/planner/recipes.ts";
import { planTeacher } from "../../../core/planner/teacher-recipe.ts";
import { trainingSeconds } from "../../../core/planner/training-time.ts";
import { planOf, plans, profileOf, profiles } from "../../fixtures/planner.ts";

describe("planTeacher", () => {
  it("stays within its share of the training time, but for the probe", () => {
    fc.assert(
      fc.property(plans, profiles, (plan, profile) => {
        const { recipe, estimate_s } = planTeacher(plan, profile);
        const share_s = trainingSeconds(plan, profile) * TEACHER.time_share;
        if (recipe.epochs > 0) expect(estimate_s).toBeLessThanOrEqual(share_s + 1e-6);
        expect(plan.input_sizes).toContain(recipe.input_size);
        expect(recipe.epochs).toBeLessThanOrEqual(TEACHER.epochs_max);
      }),
    );
  });

  it("gives the same recipe for the same plan and profile", () => {
    fc.assert(
      fc.property(plans, profiles, (plan, profile) => {
        expect(planTeacher(plan, profile)).toEqual(planTeacher(structuredClone(plan), structuredClone(profile)));
      }),
    );
  });

  it("never trains at a smaller input when there is more time", () => {
    fc.assert(
      fc.property(profiles, fc.integer({ min: 60, max: 3600 }), (profile, time_s) => {
        const shorter = planTeacher(planOf({ time_s }), profile).recipe;
        const longer = planTeacher(planOf({ time_s: time_s * 2 }), profile).recipe;
        expect(longer.input_size).toBeGreaterThanOrEqual(shorter.input_size);
      }),
    );
  });

  it("keeps the pretrained size on a fast machine and says nothing", () => {
    const { recipe, remarks } = planTeacher(planOf({ time_s: 600 }), profileOf(2, 0.7));
    expect(recipe).toMatchObject({ input_size: 224, epochs: TEACHER.epochs_max });
    expect(remarks).toEqual([]);
  });

  it("keeps the pretrained size and gives up epochs first: a probe there is as good as training at a smaller one", () => {
    const { recipe, remarks } = planTeacher(planOf({ time_s: 700 }), profileOf(45, 8));
    expect(recipe.input_size).toBe(224);
    expect(recipe.epochs).toBeGreaterThanOrEqual(TEACHER.epochs_min);
    expect(remarks).toEqual([]);
  });

  it("tries probes at the size that kept accuracy and at the smallest, too, within its share of the time", () => {
    expect(planTeacher(planOf({ time_s: 600 }), profileOf(2, 0.7)).recipe.smaller_sizes).toEqual([160, 112]);
    fc.assert(
      fc.property(plans, profiles, (plan, profile) => {
        const { recipe, estimate_s } = planTeacher(plan, profile);
        const share_s = trainingSeconds(plan, profile) * TEACHER.time_share;
        expect(recipe.smaller_sizes).toEqual(recipe.smaller_sizes.filter((size) => size < recipe.input_size));
        if (recipe.smaller_sizes.length > 0) expect(estimate_s).toBeLessThanOrEqual(share_s + 1e-6);
      }),
    );
  });

  it("says so when the time allows a linear probe alone", () => {
    const { recipe, remarks } = planTeacher(planOf({ time_s: 300 }), profileOf(90, 8));
    expect(recipe).toMatchObject({ input_size: 224, epochs: 0 });
    expect(remarks.join()).toContain("a longer time promise helps");
  });

  it("says so when not even the probe fits at the pretrained size", () => {
    const { recipe, remarks } = planTeacher(planOf({ time_s: 150 }), profileOf(45, 8));
    expect(recipe.input_size).toBeLessThan(224);
    expect(remarks.join()).toContain("instead of the pretrained 224 px");
  });

  it("says so when the images are too small for the pretrained size", () => {
    const { recipe, remarks } = planTeacher({ ...planOf({ time_s: 600 }), crop_size: 152 }, profileOf(2, 0.7));
    expect(recipe.input_size).toBe(128);
    expect(remarks.join()).toContain("the images are not larger");
  });

  it("refuses a profile without speeds", () => {
    expect(() => planTeacher(planOf({}), { ...profileOf(1, 1), speeds: [] })).toThrow("at least one training speed");
  });
});
