// A real export: timm's network through torch.onnx, read and written again, then quantized. Made when the test runs.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelRuntime } from "../../../adapters/onnx-runtime/model-runtime.ts";
import { readModel } from "../../../core/onnx/read-model.ts";
import { writeModel } from "../../../core/onnx/write-model.ts";
import { describeQuantized } from "../../../core/quantization/describe.ts";
import { quantizeModel } from "../../../core/quantization/quantize-model.ts";
import type { ModelSamples } from "../../../core/quantization/runtime.ts";
import { qdqU8s8 } from "../../../core/quantizers/qdq-u8s8.ts";
import { QUANTIZER_DEFAULTS } from "../../../core/quantizers/quantizer.ts";
import { projectRoot } from "../../architecture/source-files.ts";
import { smallPicture } from "../../fixtures/small-network.ts";

const SIZE = 64;
const TIMEOUT_MS = 120_000;
const python = join(projectRoot, ".venv/bin/python");
const EXPORT = `
import sys, timm, torch
torch.manual_seed(0)
torch.set_num_threads(1)
class Normalized(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network
    def forward(self, images):
        return self.network(images.to(torch.float32) / 127.5 - 1)
network = Normalized(timm.create_model("mobilenetv2_050", num_classes=7)).eval()
images = torch.zeros(1, 3, ${SIZE}, ${SIZE}, dtype=torch.uint8)
torch.onnx.export(network, (images,), sys.argv[1], input_names=["images"], output_names=["logits"],
                  opset_version=18, dynamo=True, external_data=False, verbose=False)
`;
if (!existsSync(python)) console.warn("skipped: the export needs .venv with timm and torch; npm test sets it up");

describe.skipIf(!existsSync(python))("timm's MobileNetV2 as torch exports it", () => {
  const samples = (from: number, count: number): ModelSamples => ({
    count,
    input: async (at) => ({ name: "images", data: smallPicture(SIZE, from + at), dims: [1, 3, SIZE, SIZE] }),
  });
  const runtime = modelRuntime(1);
  let folder: string;
  let bytes: Uint8Array;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "decant-export-"));
    await promisify(execFile)(python, ["-c", EXPORT, join(folder, "model.onnx")]);
    bytes = await readFile(join(folder, "model.onnx"));
  }, TIMEOUT_MS);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("gives the same logits to the bit when read and written, less metadata that is counted", async () => {
    const { model, dropped_fields } = readModel(bytes);
    expect(Object.keys(dropped_fields).every((name) => /\.(metadata_props|doc_string)$/.test(name))).toBe(true);
    expect(dropped_fields["NodeProto.metadata_props"]).toBeGreaterThan(0);
    const again = await runtime.logits(writeModel(model), samples(0, 8));
    expect(again).toEqual(await runtime.logits(bytes, samples(0, 8)));
  });

  it(
    "is quantized but for its stem and first depthwise convolution, to about a quarter of its size",
    async () => {
      const { model } = readModel(bytes);
      const result = await quantizeModel({
        model,
        quantizer: qdqU8s8,
        options: QUANTIZER_DEFAULTS,
        calibration: samples(0, 24),
        held_back: samples(0, 8),
        runtime,
      });
      expect(result.portability.violating_pairs).toBe(0);
      expect(result.portability.pairs).toBeGreaterThan(100_000);
      const { nodes } = describeQuantized(result.float_model.graph, result.model.graph, result.int8_nodes);
      expect(nodes.Conv).toEqual({ int8: 50, fp32: 2 });
      expect(nodes.Gemm).toEqual({ int8: 1, fp32: 0 });
      expect(writeModel(result.model).length / bytes.length).toBeLessThan(0.35);
      const [exact, close] = [
        await runtime.logits(bytes, samples(0, 8)),
        await runtime.logits(writeModel(result.model), samples(0, 8)),
      ];
      const power = exact.values.reduce((sum, value) => sum + value * value, 0);
      const error = exact.values.reduce((sum, value, at) => sum + (value - close.values[at]!) ** 2, 0);
      // An untrained network amplifies every rounding; a wrong scale or a lost layer would leave nothing in common.
      expect(error / power).toBeLessThan(0.25);
    },
    TIMEOUT_MS,
  );
});
