// A Clip or Relu is dropped only where QuantizeLinear makes it redundant for every number.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeNode } from "../../../core/onnx/attributes.ts";
import { lookupOf } from "../../../core/onnx/lookup.ts";
import { floatTensor } from "../../../core/onnx/tensor-data.ts";
import { activationAffine, quantize, UINT8 } from "../../../core/quantization/arithmetic.ts";
import { isDeadActivation } from "../../../core/quantization/dead-activation.ts";

const constants = (low: number, high: number) => {
  const initializers = [floatTensor("low", [], [low]), floatTensor("high", [], [high])];
  return lookupOf({ name: "", nodes: [], initializers, inputs: [], outputs: [], values: [] }, 8);
};
const clip = makeNode("Clip", "clip", ["x", "low", "high"], ["y"]);
const relu = makeNode("Relu", "relu", ["x"], ["y"]);
const float = (min: number, max: number) => fc.float({ noNaN: true, min: Math.fround(min), max: Math.fround(max) });

describe("a dead activation", () => {
  it("is a Clip at 0 and 6 before a range that 6 saturates, and none before a wider one", () => {
    expect(isDeadActivation(clip, activationAffine(0, 6), constants(0, 6))).toBe(true);
    expect(isDeadActivation(clip, activationAffine(0, 4.5), constants(0, 6))).toBe(true);
    expect(isDeadActivation(clip, activationAffine(0, 9), constants(0, 6))).toBe(false);
    expect(isDeadActivation(clip, activationAffine(-1, 6), constants(0, 6))).toBe(false);
    expect(isDeadActivation(relu, activationAffine(0, 9), constants(0, 6))).toBe(true);
    expect(isDeadActivation(relu, activationAffine(-1, 9), constants(0, 6))).toBe(false);
  });

  it("changes no quantized number", () => {
    fc.assert(
      fc.property(
        float(-10, 10),
        float(-10, 10),
        float(-4, 4),
        float(0, 9),
        fc.array(float(-20, 20)),
        (a, b, from, to, xs) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const affine = activationAffine(from, to);
          fc.pre(isDeadActivation(clip, affine, constants(low, high)));
          for (const x of [...xs, low, high]) {
            const clipped = Math.min(high, Math.max(low, x));
            expect(quantize(clipped, affine, UINT8)).toBe(quantize(x, affine, UINT8));
          }
        },
      ),
    );
  });

  it("is never one whose bounds are only known at run time", () => {
    const open = makeNode("Clip", "clip", ["x", "elsewhere"], ["y"]);
    expect(isDeadActivation(open, activationAffine(0, 6), constants(0, 6))).toBe(false);
  });
});
