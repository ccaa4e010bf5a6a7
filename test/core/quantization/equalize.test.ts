// Equalization: the same function, with channels of like ranges.
import { describe, expect, it } from "vitest";
import { modelRuntime } from "../../../adapters/onnx-runtime/model-runtime.ts";
import { floats, floatTensor } from "../../../core/onnx/tensor-data.ts";
import { writeModel } from "../../../core/onnx/write-model.ts";
import { channelRanges, equalizablePairs, equalized } from "../../../core/quantization/equalize.ts";
import type { ModelSamples } from "../../../core/quantization/runtime.ts";
import { qdqU8s8 } from "../../../core/quantizers/qdq-u8s8.ts";
import { QUANTIZER_DEFAULTS } from "../../../core/quantizers/quantizer.ts";
import { smallNetwork, smallPicture } from "../../fixtures/small-network.ts";

const pictures: ModelSamples = {
  count: 8,
  input: async (at) => ({ name: "images", data: smallPicture(16, at), dims: [1, 3, 16, 16] }),
};
const runtime = modelRuntime(1);

describe("equalization", () => {
  it("leaves what a Relu network computes as it is, and brings ranges closer", async () => {
    const given = smallNetwork({ activation: "Relu" });
    const uneven = given.graph.initializers.map((tensor) =>
      tensor.name === "expand_weight" ? floatTensor(tensor.name, tensor.dims, uneven16(floats(tensor))) : tensor,
    );
    const { model, layers } = qdqU8s8.plan(
      { ...given, graph: { ...given.graph, initializers: uneven } },
      QUANTIZER_DEFAULTS,
    );
    const pairs = equalizablePairs(model, layers);
    expect(pairs.length).toBeGreaterThan(0);
    const ranges = await channelRanges(model, pairs, pictures, runtime);
    const even = equalized(model, pairs, ranges);
    const [before, after] = [
      await runtime.logits(writeModel(model), pictures),
      await runtime.logits(writeModel(even), pictures),
    ];
    before.values.forEach((value, at) => {
      expect(after.values[at]!).toBeCloseTo(value, 3);
    });
    const spread = (all: typeof ranges) => {
      const peaks = [...all.get("expand_out_act")!].filter((peak) => peak > 0);
      return Math.max(...peaks) / Math.min(...peaks);
    };
    const narrowed = await channelRanges(even, equalizablePairs(even, layersOf(even)), pictures, runtime);
    expect(spread(narrowed)).toBeLessThan(spread(ranges) / 2);
  });

  it("leaves pairs around a Clip alone, whose bound can't scale with a channel", () => {
    const { model, layers } = qdqU8s8.plan(smallNetwork({ activation: "Clip" }), QUANTIZER_DEFAULTS);
    expect(equalizablePairs(model, layers).map(({ value }) => value)).not.toContain("expand_out_act");
  });

  function layersOf(model: Parameters<typeof equalizablePairs>[0]) {
    return qdqU8s8.plan(model, QUANTIZER_DEFAULTS).layers;
  }

  /** Every second output channel an eighth as strong. */
  function uneven16(values: Float32Array): Float32Array {
    return values.map((value, at) => (Math.floor(at / 8) % 2 === 0 ? value : value / 8));
  }
});
