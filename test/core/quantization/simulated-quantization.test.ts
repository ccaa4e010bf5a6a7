// The writer answers what schemas/vectors/simulated-quantization.json says; the trainer is held to the same file.
import { describe, expect, it } from "vitest";
import vectors from "../../../schemas/vectors/simulated-quantization.json" with { type: "json" };
import {
  type ActivationTest,
  fakeQuantizeActivation,
  fakeQuantizeWeight,
  type PlacementTest,
  placementOf,
  type WeightTest,
} from "../../fixtures/simulated-quantization.ts";

type Vector = { readonly description: string; readonly expected: unknown } & ActivationTest &
  WeightTest &
  PlacementTest;

const ANSWERS: Readonly<Record<string, (test: Vector) => unknown>> = {
  fake_quantize_activation: fakeQuantizeActivation,
  fake_quantize_weight: fakeQuantizeWeight,
  placement: placementOf,
};

/** As JSON holds it: without a sign of zero. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe.each(vectors)("$function", (group) => {
  it.each(group.tests as unknown as Vector[])("$description", (test) => {
    expect(plain(ANSWERS[group.function]!(test))).toEqual(test.expected);
  });
});
