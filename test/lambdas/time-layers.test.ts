// TimeLayers over a real folder store, with a small network that is timed for real.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TimedLayers } from "../../core/layer-times/layer.ts";
import { writeModel } from "../../core/onnx/write-model.ts";
import { readOutput } from "../../lambdas/run-step.ts";
import type { Services } from "../../lambdas/services.ts";
import { timeLayers } from "../../lambdas/time-layers.ts";
import { folderServices, layStep } from "../fixtures/folder-services.ts";
import { smallNetwork } from "../fixtures/small-network.ts";

const RUN = { run: "r", map_concurrency: 1, deadline_ms: null };

describe("TimeLayers", () => {
  let root: string;
  let services: Services;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "decant-time-layers-"));
    services = folderServices(root);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function payloadFor(budget: object, device: string) {
    const plan = await layStep(services, "plan", { budget, target: { device, threads: 1 }, input_sizes: [32] });
    const onnx = writeModel(smallNetwork({ size: 32 }));
    const output = { files: { onnx: "teacher.onnx" } };
    const teacher = await layStep(services, "fine-tune", output, { "teacher.onnx": onnx });
    return { ...RUN, plan, teacher: { ...teacher, done: true, input: "", output: "", deadline_ms: "" } };
  }

  it("writes a table, and answers it again without timing anything", async () => {
    const payload = await payloadFor({ latency_ms_p95: 4 }, "this-machine");
    const { pointer } = await timeLayers(payload, services);
    const timed = await readOutput<TimedLayers>(services, pointer!);
    const file = await readFile(join(await services.files.folderOf(pointer!), "layer-times.json"), "utf8");
    expect(JSON.parse(file)).toEqual(timed.table);
    expect(timed.network.input_size).toBe(32);
    expect(await timeLayers(payload, services)).toEqual({ pointer });
    expect(await readOutput<TimedLayers>(services, pointer!)).toEqual(timed);
  }, 60_000);

  it("times nothing where no latency is promised", async () => {
    expect(await timeLayers(await payloadFor({}, "this-machine"), services)).toEqual({ pointer: null });
  });

  it("times nothing where the target can't be measured here", async () => {
    const device = services.machine.architecture === "arm64" ? "lambda-x86-64" : "lambda-arm64";
    expect(await timeLayers(await payloadFor({ latency_ms_p95: 4 }, device), services)).toEqual({ pointer: null });
  });
});
