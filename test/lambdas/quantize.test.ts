// Quantize over a real folder store, with a small network and made-up packed pictures.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatNpyHeader } from "../../core/npy/header.ts";
import { readModel } from "../../core/onnx/read-model.ts";
import { writeModel } from "../../core/onnx/write-model.ts";
import type { CandidatePayload } from "../../core/workflow/payload.ts";
import type { QuantizedOutput } from "../../core/workflow/records/measurement.ts";
import type { PlanRecord } from "../../core/workflow/records/plan.ts";
import { quantize } from "../../lambdas/quantize.ts";
import { readOutput } from "../../lambdas/run-step.ts";
import type { Services } from "../../lambdas/services.ts";
import { folderServices, layStep } from "../fixtures/folder-services.ts";
import { smallNetwork, smallPicture } from "../fixtures/small-network.ts";

const SIZE = 16;
const COUNT = 24;

describe("Quantize", () => {
  let root: string;
  let services: Services;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "decant-quantize-"));
    services = folderServices(root);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("writes an int8 file that says what it is, and a record of what is in it", async () => {
    const payload = await layCandidate(services);
    const pointer = await quantize(payload, services);
    const record = await readOutput<QuantizedOutput>(services, pointer);
    const bytes = await readFile(join(await services.files.folderOf(pointer), "model.onnx"));
    const { model } = readModel(bytes);
    expect(record.size_bytes).toBe(bytes.length);
    expect(record.nodes.Conv).toEqual({ int8: 4, fp32: 2 });
    expect(record.nodes.Gemm).toEqual({ int8: 1, fp32: 0 });
    expect(record.quantize_nodes).toBe(model.graph.nodes.filter(({ op }) => op === "QuantizeLinear").length);
    expect(Object.keys(record.kl_by_observer)).toEqual(["min-max", "percentile", "squared-error"]);
    expect(record.calibration_count).toBeGreaterThan(0);
    expect(model.metadata.get("task")).toBe("image-classification");
    expect(JSON.parse(model.metadata.get("names")!)).toEqual(["a", "b", "c"]);
    expect(JSON.parse(model.metadata.get("imgsz")!)).toEqual([SIZE, SIZE]);
    expect(JSON.parse(model.metadata.get("preprocessing")!).resize).toBe("cover");
    expect(JSON.parse(model.metadata.get("quantization")!).quantizer).toBe("qdq-u8s8");
    expect(model.metadata.get("dataset_hash")).toBe("hash");
    expect(model.metadata.get("step_key")).toBe(pointer.key);
  });

  it("writes the float file too: the network that came, with metadata that says what it is", async () => {
    const payload = await layCandidate(services);
    const pointer = await quantize(payload, services);
    const folder = await services.files.folderOf(pointer);
    const [float, int8] = await Promise.all(
      ["fp32.onnx", "model.onnx"].map(async (name) => readModel(await readFile(join(folder, name))).model),
    );
    const came = readModel(
      await readFile(join(await services.files.folderOf(payload.compressed!), "model.onnx")),
    ).model;
    expect(came.metadata.size).toBe(0);
    expect({ ...float!, metadata: came.metadata }).toEqual(came);
    expect(JSON.parse(float!.metadata.get("quantization")!)).toEqual({ quantizer: "none" });
    expect(float!.metadata.get("step_key")).toBe(pointer.key);
    const others = (model: typeof float) => [...model!.metadata].filter(([name]) => name !== "quantization");
    expect(others(float)).toEqual(others(int8));
    expect([...float!.metadata.keys()]).toEqual([
      "dataset_hash",
      "imgsz",
      "names",
      "preprocessing",
      "quantization",
      "step_key",
      "task",
    ]);
  });

  it("writes the same bytes in another store, and nothing of its path", async () => {
    const once = await quantize(await layCandidate(services), services);
    const first = await readFile(join(await services.files.folderOf(once), "model.onnx"));
    const elsewhere = folderServices(join(root, "elsewhere"));
    const again = await quantize(await layCandidate(elsewhere), elsewhere);
    const second = await readFile(join(await elsewhere.files.folderOf(again), "model.onnx"));
    expect(again).toEqual(once);
    expect(second.equals(first)).toBe(true);
    expect(first.includes(Buffer.from(root))).toBe(false);
  });

  it("times precisions once where a latency is promised, and reads the record ever after", async () => {
    const payload = await layCandidate(services, SIZE, { latency_ms_p95: 5 });
    const pointer = await quantize(payload, services);
    const { choices } = await readOutput<QuantizedOutput>(services, pointer);
    expect(choices[0]).toMatchObject({ choice: "fp32-layers", speed_ratio: expect.any(Number) });
    const records = await readdir(join(root, "steps/time-precisions"));
    expect(records.length).toBe(1);
    expect(await quantize(payload, services)).toEqual(pointer);
    expect(await readdir(join(root, "steps/time-precisions"))).toEqual(records);
    const unpromised = await quantize(
      await layCandidate(folderServices(join(root, "other"))),
      folderServices(join(root, "other")),
    );
    expect(unpromised.key).not.toBe(pointer.key);
  });

  it("tries what was trained with simulated int8 on validation samples, and records whether it stayed", async () => {
    const trained = {
      "int8-trained.onnx": writeModel(smallNetwork({ size: SIZE })),
      "ranges.json": Buffer.from(JSON.stringify({ stem_out: { low: 0, high: 6 } })),
    };
    const payload = await layCandidate(services, SIZE, {}, trained);
    const { choices } = await readOutput<QuantizedOutput>(services, await quantize(payload, services));
    const choice = choices.find(({ choice: name }) => name === "learned-ranges")!;
    expect(choice.detail).toMatch(/^1 ranges/);
    expect(choice.taken).toBe(choice.kl_after < choice.kl_before);

    const broken = { ...trained, "ranges.json": Buffer.from(JSON.stringify({ stem_out: { low: 1, high: null } })) };
    const other = folderServices(join(root, "other"));
    const refused = quantize(await layCandidate(other, SIZE, {}, broken), other);
    await expect(refused).rejects.toThrow(/expected low <= 0 <= high, got 1 and null/);
  });

  it("refuses a model whose input is not the data's size", async () => {
    const payload = await layCandidate(services, SIZE * 2);
    await expect(quantize(payload, services)).rejects.toThrow(/expected one input of uint8 \[1, 3, 16, 16\]/);
  });
});

async function layCandidate(
  services: Services,
  modelSize = SIZE,
  budget: PlanRecord["budget"] = {},
  trained?: Readonly<Record<"int8-trained.onnx" | "ranges.json", Uint8Array>>,
): Promise<CandidatePayload> {
  const labels = Array.from({ length: COUNT }, (_, at) => at % 3);
  const pictures = Buffer.concat(labels.map((_, at) => smallPicture(SIZE, at)));
  const samples = labels.map((label, at) => JSON.stringify({ path: `${at}.png`, sha256: `${at}`, label })).join("\n");
  const split = {
    count: COUNT,
    count_per_class: [8, 8, 8],
    labels: "train-labels.npy",
    samples: "train-samples.jsonl",
  };
  const data = await layStep(
    services,
    "prepare-data",
    {
      classes: ["a", "b", "c"],
      resize: "cover",
      input_sizes: [SIZE],
      splits: {
        train: { ...split, arrays: { [SIZE]: ["train-16-0.npy"] } },
        validation: { ...split, arrays: { [SIZE]: ["train-16-0.npy"] } },
      },
    },
    {
      "train-16-0.npy": Buffer.concat([formatNpyHeader("uint8", [COUNT, SIZE, SIZE, 3]), pictures]),
      "train-labels.npy": Buffer.concat([
        formatNpyHeader("int64", [COUNT]),
        new Uint8Array(BigInt64Array.from(labels.map(BigInt)).buffer),
      ]),
      "train-samples.jsonl": `${samples}\n`,
    },
  );
  const plan = await layStep(services, "plan", {
    task: "image-classification",
    manifest_hash: "hash",
    seed: 0,
    threads: 1,
    budget,
    target: { device: "this-machine", threads: 1 },
  });
  const onnx = writeModel(smallNetwork({ size: modelSize }));
  const trained_for_int8 = trained && { onnx: "int8-trained.onnx", ranges: "ranges.json" };
  const files = { onnx: "model.onnx", trained_for_int8 };
  const compressed = await layStep(services, "compress", { files }, { "model.onnx": onnx, ...trained });
  return {
    run: "test",
    map_concurrency: 1,
    plan,
    data,
    deadline_ms: null,
    compressed: { ...compressed, done: true, deadline_ms: "", input: "", output: "" },
    candidate: { input_size: SIZE } as CandidatePayload["candidate"],
  };
}
