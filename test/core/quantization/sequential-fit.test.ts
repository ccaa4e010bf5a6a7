// Fitting layers one after the other: closer outputs, inside the pair limit, whatever the samples' number allows to keep.
import { describe, expect, it } from "vitest";
import { modelRuntime } from "../../../adapters/onnx-runtime/model-runtime.ts";
import { writeModel } from "../../../core/onnx/write-model.ts";
import { calibrate } from "../../../core/quantization/calibrate.ts";
import { minMax } from "../../../core/quantization/observer.ts";
import { countPairs } from "../../../core/quantization/portability.ts";
import type { ModelSamples } from "../../../core/quantization/runtime.ts";
import { fitSequentially } from "../../../core/quantization/sequential-fit.ts";
import { qdqU8s8 } from "../../../core/quantizers/qdq-u8s8.ts";
import { QUANTIZER_DEFAULTS } from "../../../core/quantizers/quantizer.ts";
import { type SmallNetwork, smallNetwork, smallPicture } from "../../fixtures/small-network.ts";

const SIZE = 16;
const COUNT = 24;
const runtime = modelRuntime(1);
const samples: ModelSamples = {
  count: COUNT,
  input: async (at) => ({ name: "images", data: smallPicture(SIZE, at), dims: [1, 3, SIZE, SIZE] }),
};

/** Squared error of the logits, before and after. */
async function errors(shape: Partial<SmallNetwork>) {
  const model = smallNetwork({ size: SIZE, channels: 16, ...shape });
  const plan = qdqU8s8.plan(model, QUANTIZER_DEFAULTS);
  const calibration = await calibrate(plan.model, plan.calibration, samples, runtime);
  const choices = { observer: minMax, portable: true };
  const fitted = await fitSequentially({ plan, calibration, choices, samples, runtime });
  const exact = await runtime.logits(writeModel(model), samples);
  const errorOf = async (graph: typeof model) => {
    const { values } = await runtime.logits(writeModel(graph), samples);
    return values.reduce((sum, value, at) => sum + (value - exact.values[at]!) ** 2, 0);
  };
  const after = plan.apply(calibration, { ...choices, fitted });
  return {
    before: await errorOf(plan.apply(calibration, choices).model),
    after: await errorOf(after.model),
    pairs: countPairs(after.model.graph),
    layers: [fitted.size, plan.layers.length],
  };
}

describe("fitting layers one after the other", () => {
  it.each(["Clip", "Relu", "HardSwish"] as const)("brings outputs closer on average, with %s", async (activation) => {
    const ratios: number[] = [];
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { before, after, pairs, layers } = await errors({ activation, seed });
      expect(pairs.violating_pairs).toBe(0);
      expect(layers[0]).toBe(layers[1]);
      ratios.push(Math.log(after / before));
    }
    expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThan(0);
  });
});
