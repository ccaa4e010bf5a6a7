// The arithmetic of quantization against schemas/vectors/quantization.json, which numpy and ONNX Runtime agree with.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  activationAffine,
  biasScale,
  dequantize,
  INT8_SYMMETRIC,
  quantize,
  roundHalfEven,
  UINT8,
  weightScale,
} from "../../../core/quantization/arithmetic.ts";
import vectors from "../../../schemas/vectors/quantization.json" with { type: "json" };

interface Vector {
  readonly description: string;
  readonly scale: number;
  readonly zero_point: number;
  readonly values: readonly number[];
  readonly expected: readonly number[];
  readonly low: number;
  readonly high: number;
  readonly absolute_max: number;
  readonly input_scale: number;
  readonly weight_scale: number;
}

const CHECKS: Readonly<Record<string, (test: Vector) => void>> = {
  quantize_uint8: ({ scale, zero_point, values, expected }) =>
    expect(values.map((value) => quantize(value, { scale, zero_point }, UINT8))).toEqual(expected),
  quantize_int8: ({ scale, values, expected }) =>
    expect(values.map((value) => quantize(value, { scale, zero_point: 0 }, INT8_SYMMETRIC))).toEqual(expected),
  activation_affine: ({ low, high, scale, zero_point }) =>
    expect(activationAffine(low, high)).toEqual({ scale, zero_point }),
  weight_scale: ({ absolute_max, scale }) => expect(weightScale(absolute_max)).toBe(scale),
  bias_scale: ({ input_scale, weight_scale, scale }) => expect(biasScale(input_scale, weight_scale)).toBe(scale),
  dequantize: ({ scale, zero_point, values, expected }) =>
    expect(values.map((value) => dequantize(value, { scale, zero_point }))).toEqual(expected),
};

describe.each(vectors)("$function", (group) => {
  it.each(group.tests as unknown as Vector[])("$description", (test) => CHECKS[group.function]!(test));
});

describe("quantization arithmetic", () => {
  it("rounds half to even", () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, 0.49999, -2.50001].map((x) => roundHalfEven(x) + 0)).toEqual([
      0, 2, 2, 0, -2, 0, -3,
    ]);
  });

  it("keeps zero exact for every range, so that padding costs nothing", () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, min: -1e6, max: 1e6 }),
        fc.float({ noNaN: true, min: 0, max: 1e6 }),
        (low, width) => {
          const affine = activationAffine(low, low + width);
          expect(dequantize(quantize(0, affine, UINT8), affine)).toBe(0);
        },
      ),
    );
  });

  it("errs by at most half a step inside the range", () => {
    const range = fc.tuple(
      fc.float({ noNaN: true, min: -100, max: 0 }),
      fc.float({ noNaN: true, min: Math.fround(0.01), max: 100 }),
    );
    fc.assert(
      fc.property(range, fc.double({ noNaN: true, min: 0, max: 1 }), ([low, high], part) => {
        const affine = activationAffine(low, high);
        const value = Math.fround(low + (high - low) * part);
        const error = Math.abs(dequantize(quantize(value, affine, UINT8), affine) - value);
        // The zero point is rounded too, which may push one end out by half a step.
        expect(error).toBeLessThanOrEqual(affine.scale * 1.001);
      }),
    );
  });
});
