// Which planned sizes a candidate may have.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { profiledSizes, safeSize, usableSizes } from "../../../core/planner/input-sizes.ts";
import { madeUpPlan } from "../../fixtures/report-model.ts";

const plan = (input_sizes: number[], crop_size = 256) => ({ ...madeUpPlan(), input_sizes, crop_size });

describe("usableSizes", () => {
  it("leaves out what training crops are too small for, and what is too small for the network", () => {
    expect(usableSizes(plan([224, 160, 128, 96, 64, 48]))).toEqual([224, 160, 128, 96, 64]);
    expect(usableSizes(plan([224, 128, 96], 152))).toEqual([128, 96]);
  });

  it("keeps something, whatever was planned", () => {
    expect(usableSizes(plan([224], 100))).toEqual([224]);
    expect(usableSizes(plan([32, 48]))).toEqual([48, 32]);
    const sizes = fc.array(fc.integer({ min: 8, max: 512 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 8, max: 600 }), (planned, crop) => {
        const usable = usableSizes(plan(planned, crop));
        expect(usable.length).toBeGreaterThan(0);
        expect(usable).toEqual(usable.toSorted((a, b) => b - a));
        expect(planned).toContain(safeSize(plan(planned, crop)));
      }),
    );
  });
});

describe("profiledSizes", () => {
  it("are the largest, the smallest, and between them one for each three quarters", () => {
    expect(profiledSizes([224, 192, 160, 128, 112, 96, 80, 64])).toEqual([224, 160, 112, 80, 64]);
  });

  it("are all of them where they lie far apart", () => {
    expect(profiledSizes([64, 224])).toEqual([224, 64]);
    expect(profiledSizes([224])).toEqual([224]);
  });
});

describe("safeSize", () => {
  it("is 160 of 224, or the next smaller one that is planned", () => {
    expect(safeSize(plan([224, 192, 160, 128]))).toBe(160);
    expect(safeSize(plan([224, 192, 144, 128]))).toBe(144);
    expect(safeSize(plan([224, 192]))).toBe(192);
  });
});
