// The rule by which a time is read off a table of layer times.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LayerShape, layerMicroseconds } from "../../../core/layer-times/interpolate.ts";
import type { LayerFamily } from "../../../core/workflow/records/layer-times.ts";
import vectors from "../../../schemas/vectors/layer-times.json" with { type: "json" };

const family = (over: Partial<LayerFamily> = {}): LayerFamily => ({
  kind: "conv",
  precision: "int8",
  kernel: 1,
  stride: 1,
  output_size: 10,
  multiple_of: 1,
  outputs_step: 1,
  times: [
    { inputs: 16, outputs: 16, us: 10 },
    { inputs: 16, outputs: 64, us: 20 },
    { inputs: 64, outputs: 16, us: 30 },
    { inputs: 64, outputs: 64, us: 80 },
  ],
  ...over,
});
const layer = (over: Partial<LayerShape> = {}): LayerShape => ({
  kind: "conv",
  precision: "int8",
  kernel: 1,
  stride: 1,
  output_size: 10,
  inputs: 16,
  outputs: 16,
  ...over,
});
const us = (families: readonly LayerFamily[], over: Partial<LayerShape>) =>
  layerMicroseconds({ families }, layer(over));

describe("a layer's time", () => {
  it("is what was measured on every grid point", () => {
    for (const { inputs, outputs, us: measured } of family().times) {
      expect(us([family()], { inputs, outputs })).toBe(measured);
    }
  });

  it("is bilinear between grid points", () => {
    expect(us([family()], { inputs: 16, outputs: 40 })).toBe(15);
    expect(us([family()], { inputs: 40, outputs: 40 })).toBe(35);
  });

  it("is in proportion outside the grid", () => {
    expect(us([family()], { inputs: 128, outputs: 64 })).toBe(160);
    expect(us([family()], { inputs: 8, outputs: 16 })).toBe(5);
  });

  it("rounds outputs up to the family's step", () => {
    expect(us([family({ outputs_step: 16 })], { outputs: 17 })).toBe(us([family()], { outputs: 32 }));
  });

  it("is linear in the area between two output sizes, and in proportion to it outside", () => {
    const large = family({ output_size: 20, times: [{ inputs: 16, outputs: 16, us: 40 }] });
    const small = family({ times: [{ inputs: 16, outputs: 16, us: 10 }] });
    expect(us([large, small], { output_size: 15 })).toBeCloseTo(10 + (30 * (225 - 100)) / 300);
    expect(us([large, small], { output_size: 40 })).toBe(160);
    expect(us([large, small], { output_size: 5 })).toBe(2.5);
  });

  it("takes the family of the largest multiple that divides the outputs", () => {
    const slow = family({ times: [{ inputs: 16, outputs: 16, us: 90 }] });
    const quick = family({ multiple_of: 16, times: [{ inputs: 16, outputs: 16, us: 10 }] });
    expect(us([slow, quick], { outputs: 16 })).toBe(10);
    expect(us([slow, quick], { outputs: 8 })).toBe(45);
  });

  it("takes the nearest kernel, by its area, and the nearest stride", () => {
    expect(us([family({ kernel: 3 })], { kernel: 5 })).toBeCloseTo((10 * 25) / 9);
    expect(us([family({ stride: 1, times: [{ inputs: 16, outputs: 16, us: 7 }] })], { stride: 2 })).toBe(7);
  });

  it("is unknown for a kind or precision that the table does not hold", () => {
    expect(us([family()], { kind: "gemm" })).toBeUndefined();
    expect(us([family()], { precision: "fp32" })).toBeUndefined();
    expect(us([], {})).toBeUndefined();
  });

  it("is monotone where the grid is", () => {
    const widths = fc.integer({ min: 1, max: 200 });
    fc.assert(
      fc.property(widths, widths, widths, widths, (inputs, outputs, moreInputs, moreOutputs) => {
        const small = us([family()], { inputs, outputs })!;
        const large = us([family()], { inputs: inputs + moreInputs, outputs: outputs + moreOutputs })!;
        expect(large).toBeGreaterThan(small);
      }),
    );
  });
});

describe("schemas/vectors/layer-times.json", () => {
  it.each(vectors.tests)("holds: $description", ({ layer: shape, us: expected }) => {
    const us = layerMicroseconds({ families: vectors.families as LayerFamily[] }, shape as LayerShape);
    if (expected === null) expect(us).toBeUndefined();
    else expect(us).toBeCloseTo(expected, 9);
  });
});
