// What quantizeModel decides and records.
import { describe, expect, it } from "vitest";
import { modelRuntime } from "../../../adapters/onnx-runtime/model-runtime.ts";
import { writeModel } from "../../../core/onnx/write-model.ts";
import { type QuantizeModelRequest, quantizeModel } from "../../../core/quantization/quantize-model.ts";
import type { ModelSamples } from "../../../core/quantization/runtime.ts";
import { qdqS8s8 } from "../../../core/quantizers/qdq-s8s8.ts";
import { qdqU8s8 } from "../../../core/quantizers/qdq-u8s8.ts";
import { QUANTIZER_DEFAULTS } from "../../../core/quantizers/quantizer.ts";
import type { PrecisionTimes } from "../../../core/workflow/records/measurement.ts";
import { smallNetwork, smallPicture } from "../../fixtures/small-network.ts";

const SIZE = 16;
const pictures = (from: number, count: number): ModelSamples => ({
  count,
  input: async (at) => ({ name: "images", data: smallPicture(SIZE, from + at), dims: [1, 3, SIZE, SIZE] }),
});
const request = (change: Partial<QuantizeModelRequest> = {}): QuantizeModelRequest => ({
  model: smallNetwork({ activation: "Relu", channels: 16 }),
  quantizer: qdqU8s8,
  options: QUANTIZER_DEFAULTS,
  calibration: pictures(0, 24),
  held_back: pictures(24, 12),
  runtime: modelRuntime(1),
  ...change,
});
const ratio = (value: number) => ({ value, low: value, high: value, n: 12 });

describe("quantizing a model", () => {
  it("keeps each thing it tries only where the output comes closer, and records both", async () => {
    const { choices, portability } = await quantizeModel(request());
    expect(choices.map(({ choice }) => choice)).toEqual(["activation-ranges", "pair-limit", "adaptive-rounding"]);
    for (const { choice, taken, kl_before, kl_after } of choices) {
      if (choice !== "pair-limit") expect(taken).toBe(kl_after < kl_before);
    }
    expect(portability).toMatchObject({ violating_pairs: 0 });
    expect(portability.pairs).toBeGreaterThan(0);
    expect(portability.weight_sqnr_db).toBeLessThanOrEqual(portability.weight_sqnr_db_unlimited + 0.5);
  });

  it("takes trained weights and ranges only where they come closer on samples that training has not seen", async () => {
    const before = await quantizeModel(request());
    const trained = smallNetwork({ activation: "Relu", channels: 16 });
    const wide = new Map(trained.graph.nodes.map(({ outputs }) => [outputs[0]!, { low: -1e4, high: 1e4 }]));
    const unseen = pictures(36, 12);
    const worse = await quantizeModel(request({ learned: { model: trained, ranges: wide, unseen } }));
    expect(worse.choices.find(({ choice }) => choice === "learned-ranges")).toMatchObject({ taken: false });
    expect(writeModel(worse.model)).toEqual(writeModel(before.model));

    // The network that the float model would be if training had undone all that rounding does to its weights.
    const better = await quantizeModel(
      request({
        options: { ...QUANTIZER_DEFAULTS, adaptive_rounding: false, bias_correction: false },
        learned: { model: trained, ranges: new Map(), unseen },
        calibration: pictures(0, 1),
      }),
    );
    const choice = better.choices.find(({ choice: name }) => name === "learned-ranges")!;
    expect(choice.taken).toBe(choice.kl_after < choice.kl_before);
  });

  it("corrects no bias of trained weights, whatever it does to others", async () => {
    const model = smallNetwork({ activation: "Relu", channels: 16 });
    const learned = { model, ranges: new Map(), unseen: pictures(36, 12) };
    const trial = async (bias_correction: boolean) => {
      const options = { ...QUANTIZER_DEFAULTS, adaptive_rounding: false, bias_correction };
      const { choices, observer } = await quantizeModel(request({ options, learned }));
      return { observer, kl: choices.find(({ choice }) => choice === "learned-ranges")!.kl_after };
    };
    const corrected = await trial(true);
    expect(await trial(false)).toEqual(corrected);
  });

  it("writes a weight once that several layers share", async () => {
    const model = smallNetwork({ channels: 16 });
    const { graph } = model;
    const project = graph.nodes.find(({ name }) => name === "project")!;
    const inputs = ["project_out", ...project.inputs.slice(1)];
    const again = { ...project, name: "again", inputs, outputs: ["again_out"] };
    const nodes = graph.nodes.flatMap((node) => {
      const renamed = { ...node, inputs: node.inputs.map((name) => (name === "project_out" ? "again_out" : name)) };
      return node === project ? [project, again] : [renamed];
    });
    const options = { ...QUANTIZER_DEFAULTS, adaptive_rounding: false, equalization: false };
    const shared = await quantizeModel(request({ model: { ...model, graph: { ...graph, nodes } }, options }));
    const written = shared.model.graph.initializers.filter(({ name }) => /^project_weight.*_quantized/.test(name));
    expect(written).toHaveLength(1);
    expect(shared.model.graph.nodes.filter((node) => node.op === "Conv")).toHaveLength(7);
  });

  it("holds no limit in the form for Arm, whose kernels don't saturate", async () => {
    const { choices, portability } = await quantizeModel(request({ quantizer: qdqS8s8 }));
    expect(choices.map(({ choice }) => choice)).not.toContain("pair-limit");
    expect(portability.kl).toBe(portability.kl_unlimited);
  });

  it("takes the layers that stay in fp32 from measured times, the closest of those that are about as fast", async () => {
    const model = smallNetwork({ activation: "Relu", channels: 16 });
    const outputs = ["stem_out", "depthwise_out", "project_out", "expand_out"];
    const timed = (count: number, value: number) => ({
      name: `the first ${count} layers`,
      fp32_nodes: outputs.slice(0, count),
      speed_ratio: ratio(value),
      confirmed: true,
    });
    const precision: PrecisionTimes = {
      standard: "the first 2 layers",
      fastest: "the first 3 layers",
      fp32_speed_ratio: 0.5,
      variants: [timed(2, 1), timed(3, 1.2), timed(4, 1.19), timed(1, 0.8)],
    };
    const result = await quantizeModel(request({ model, precision }));
    expect(result.choices[0]).toMatchObject({ choice: "fp32-layers", taken: true });
    expect([3, 4]).toContain(result.fp32_layers!.length);
    const int8 = [...result.int8_nodes];
    expect(int8).not.toContain("stem_out");
    expect(int8).not.toContain("project_out");
    const again = await quantizeModel(request({ model, precision }));
    expect(writeModel(again.model)).toEqual(writeModel(result.model));
  });
});
