// Reading a network's layers off its graph, and predicting its latency from a table.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resized } from "../../../core/layer-times/layer.ts";
import { layersOf } from "../../../core/layer-times/layers-of.ts";
import { latencyOf, predictLatencyMs, unknownLayers } from "../../../core/layer-times/predict.ts";
import { quantizedForTiming } from "../../../core/layer-times/quantize-for-timing.ts";
import { qdqU8s8 } from "../../../core/quantizers/qdq-u8s8.ts";
import { QUANTIZER_DEFAULTS } from "../../../core/quantizers/quantizer.ts";
import type { LayerFamily } from "../../../core/workflow/records/layer-times.ts";
import { smallNetwork } from "../../fixtures/small-network.ts";

const float = smallNetwork({ size: 32 });
const int8 = quantizedForTiming(float, qdqU8s8, QUANTIZER_DEFAULTS);
const told = (model: typeof float) =>
  layersOf(model).layers.map(
    ({ kind, precision, kernel, stride, output_size, inputs, outputs }) =>
      `${precision} ${kind} ${kernel}/${stride} ${inputs}>${outputs} @${output_size}`,
  );

/** Every layer takes a microsecond for each of its output channels. */
const table = {
  fixed_us: 10,
  channel_multiple: 8,
  families: (["conv", "depthwise", "add", "gemm", "global-average-pool", "input", "quantize"] as const).flatMap(
    (kind) =>
      (["int8", "fp32"] as const).map(
        (precision): LayerFamily => ({
          ...{ kind, precision, kernel: 1, stride: 1, output_size: 1, multiple_of: 1, outputs_step: 1 },
          times: [{ inputs: 1, outputs: 1, us: 1 }],
        }),
      ),
  ),
};

describe("the layers of a network", () => {
  it("are its convolutions, products, sums and poolings, fused activations left out", () => {
    expect(told(float)).toEqual([
      "fp32 input 1/1 1>3 @32",
      "fp32 conv 3/2 3>8 @16",
      "fp32 depthwise 3/1 1>8 @16",
      "fp32 conv 1/1 8>8 @16",
      "fp32 conv 1/1 8>16 @16",
      "fp32 depthwise 5/1 1>16 @16",
      "fp32 conv 1/1 16>8 @16",
      "fp32 global-average-pool 1/1 1>8 @16",
      "fp32 gemm 1/1 8>3 @1",
    ]);
  });

  it("are int8 where the quantizer made them so, with a conversion where precisions meet", () => {
    expect(told(int8)).toEqual([
      "fp32 input 1/1 1>3 @32",
      "fp32 conv 3/2 3>8 @16",
      "fp32 depthwise 3/1 1>8 @16",
      "int8 quantize 1/1 1>8 @16",
      "int8 conv 1/1 8>8 @16",
      "int8 conv 1/1 8>16 @16",
      "int8 depthwise 5/1 1>16 @16",
      "int8 conv 1/1 16>8 @16",
      "int8 add 1/1 1>8 @16",
      "int8 global-average-pool 1/1 1>8 @16",
      "int8 gemm 1/1 8>3 @1",
    ]);
  });

  it("have a conversion on either side of an activation without an integer kernel", () => {
    const swish = quantizedForTiming(smallNetwork({ activation: "HardSwish" }), qdqU8s8, QUANTIZER_DEFAULTS);
    const kinds = layersOf(swish).layers.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "activation").length).toBe(4);
    expect(kinds.filter((kind) => kind === "dequantize").length).toBe(2);
  });

  it("may lose width inside blocks, but neither in residual sums nor in the stem nor in the classes", () => {
    const inner = layersOf(float).layers.filter((layer) => layer.inner.outputs || layer.inner.inputs);
    expect(inner.map(({ name, inner: { inputs, outputs } }) => [name, inputs, outputs])).toEqual([
      ["expand", false, true],
      ["spatial_conv", false, true],
      ["reduce", true, false],
    ]);
  });

  it("are refused where the input has no fixed size", () => {
    const [images] = float.graph.inputs;
    const shape = [1, 3, "height", "width"];
    const inputs = [{ ...images!, type: { kind: "tensor" as const, element: "uint8" as const, shape } }];
    expect(() => layersOf({ ...float, graph: { ...float.graph, inputs } })).toThrow(/side, side/);
  });

  it("are the same at another input size as those of a network made for it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 64 }), (size) => {
        const own = layersOf(smallNetwork({ size })).layers;
        const other = resized(layersOf(float), { input_size: size, widths_ratio: 1, multiple: 8 });
        expect(other).toEqual(own.map(({ reduction: _, inner: __, ...layer }) => layer));
      }),
      { numRuns: 20 },
    );
  });
});

describe("a predicted latency", () => {
  it("is the sum of its layers' times and what a run costs beside them", () => {
    const layers = layersOf(int8).layers;
    const one = { ...table, families: table.families.filter(({ kind }) => kind === "add") };
    expect(predictLatencyMs(int8, one)).toBeCloseTo((10 + 8 * 16 ** 2) / 1000);
    expect(unknownLayers(one, layers)).toHaveLength(layers.length - 1);
    expect(unknownLayers(table, layers)).toEqual([]);
  });

  it("is the same of a network at its own size and full width as of its model", () => {
    const shape = { input_size: 32, widths_ratio: 1 };
    expect(latencyOf(table, layersOf(int8), shape)).toBeCloseTo(predictLatencyMs(int8, table));
  });

  it("falls with the input size and with the widths, in steps of the table's multiple", () => {
    const network = layersOf(int8);
    const at = (input_size: number, widths_ratio: number) => latencyOf(table, network, { input_size, widths_ratio });
    expect(at(16, 1)).toBeLessThan(at(32, 1));
    expect(at(32, 0.5)).toBeLessThan(at(32, 1));
    expect(at(32, 0.3)).toBe(at(32, 0.5));
  });
});
