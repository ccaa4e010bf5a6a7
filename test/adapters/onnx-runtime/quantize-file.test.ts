// Quantizing a file with a folder of pictures: float models of both layouts, preprocessing that is said and never guessed.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type QuantizeFileRequest, quantizeFile } from "../../../adapters/onnx-runtime/quantize-file.ts";
import { int, ints, makeNode } from "../../../core/onnx/attributes.ts";
import type { Model } from "../../../core/onnx/graph.ts";
import { readModel } from "../../../core/onnx/read-model.ts";
import { writeModel } from "../../../core/onnx/write-model.ts";
import { countPairs } from "../../../core/quantization/portability.ts";
import { qdqU8s8 } from "../../../core/quantizers/qdq-u8s8.ts";
import { QUANTIZER_DEFAULTS } from "../../../core/quantizers/quantizer.ts";
import { smallNetwork, smallPicture } from "../../fixtures/small-network.ts";

const SIZE = 16;
const SAID = { mean: [0.5], std: [0.5, 0.5, 0.5], resize: "cover" };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "decant-quantize-file-"));
  for (const split of ["train", "val"]) {
    for (const [at, name] of ["a", "b"].entries()) {
      await mkdir(join(folder, "photos", split, name), { recursive: true });
      for (let picture = 0; picture < 10; picture += 1) {
        const raw = { width: 24, height: 20, channels: 3 as const };
        const pixels = smallPicture(24, at * 100 + picture).subarray(0, 24 * 20 * 3);
        await sharp(pixels, { raw })
          .png()
          .toFile(join(folder, "photos", split, name, `${picture}.png`));
      }
    }
  }
  await writeFile(join(folder, "photos/train/a/broken.png"), "no picture");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The small network without its own normalisation, for float pixels of a layout, batch left open. */
function floatNetwork(layout: "NCHW" | "NHWC"): Model {
  const model = smallNetwork({ size: SIZE });
  const { graph } = model;
  const front =
    layout === "NCHW"
      ? []
      : [makeNode("Transpose", "to_planar", ["images"], ["normalized"], { perm: ints([0, 3, 1, 2]) })];
  const nodes = graph.nodes
    .filter(({ name }) => !["to_float", "scale_input", "center_input"].includes(name))
    .map((node) =>
      layout === "NCHW"
        ? { ...node, inputs: node.inputs.map((name) => (name === "normalized" ? "images" : name)) }
        : node,
    );
  const shape = layout === "NCHW" ? ["batch", 3, SIZE, SIZE] : ["batch", SIZE, SIZE, 3];
  const input = { name: "images", type: { kind: "tensor", element: "float32", shape } as const };
  const output = { name: "logits", type: { kind: "tensor", element: "float32", shape: ["batch", 3] } as const };
  return { ...model, graph: { ...graph, inputs: [input], outputs: [output], nodes: [...front, ...nodes] } };
}

/** The network with one more node behind its logits. */
function endingIn(op: string, attributes: Parameters<typeof makeNode>[4]): Model {
  const model = floatNetwork("NCHW");
  const { graph } = model;
  const last = makeNode(op, "last", ["logits"], ["scores"], attributes);
  const outputs = [{ ...graph.outputs[0]!, name: "scores", type: undefined }];
  return { ...model, graph: { ...graph, nodes: [...graph.nodes, last], outputs } };
}

async function request(
  model: Model,
  name: string,
  change: Partial<QuantizeFileRequest> = {},
): Promise<QuantizeFileRequest> {
  await mkdir(join(folder, name), { recursive: true });
  const path = join(folder, name, "model.onnx");
  await writeFile(path, writeModel(model));
  return {
    path,
    output: join(folder, name, "int8.onnx"),
    data: join(folder, "photos"),
    said: SAID,
    samples: 16,
    uint8_input: false,
    quantizer: qdqU8s8,
    options: QUANTIZER_DEFAULTS,
    time_layers: false,
    threads: 1,
    seed: 0,
    signal: new AbortController().signal,
    progress: () => {},
    ...change,
  };
}

describe("a quantized file", () => {
  it.each(["NCHW", "NHWC"] as const)("keeps the float %s input and the open batch of its model", async (layout) => {
    const model = floatNetwork(layout);
    const asked = await request(model, `float-${layout}`);
    const result = await quantizeFile(asked);
    const bytes = await readFile(asked.output);
    const { graph, metadata } = readModel(bytes).model;
    expect(graph.inputs).toEqual(model.graph.inputs);
    expect(graph.outputs).toEqual(model.graph.outputs);
    expect(result.size_bytes).toBe(bytes.length);
    expect(result.calibration_count).toBeGreaterThanOrEqual(15);
    expect(result.agreement.n).toBe(4);
    expect(JSON.parse(metadata.get("preprocessing")!)).toMatchObject({
      layout,
      resize: "cover",
      mean: [0.5, 0.5, 0.5],
    });
  });

  it("certifies that no pair of weights overflows, and chooses fp32 layers by time when asked to", async () => {
    const model = { ...floatNetwork("NCHW") };
    const timed = await quantizeFile(await request(model, "timed", { time_layers: true }));
    expect(timed.choices[0]).toMatchObject({ choice: "fp32-layers" });
    const { graph } = readModel(await readFile(join(folder, "timed/int8.onnx"))).model;
    expect(countPairs(graph)).toMatchObject({ pairs: timed.portability.pairs, violating_pairs: 0 });
  });

  it("chooses fp32 layers by time for a model that leaves its size open, too", async () => {
    const model = floatNetwork("NCHW");
    const [input] = model.graph.inputs;
    const shape = ["batch", 3, "height", "width"];
    const open = { ...input!, type: { kind: "tensor", element: "float32", shape } as const };
    const asked = await request({ ...model, graph: { ...model.graph, inputs: [open] } }, "open", {
      said: { ...SAID, input_size: SIZE },
      time_layers: true,
    });
    expect((await quantizeFile(asked)).choices[0]).toMatchObject({ choice: "fp32-layers" });
    const { graph } = readModel(await readFile(asked.output)).model;
    expect(graph.inputs).toEqual([open]);
  });

  it("is refused where --fp32 names nodes that the model has not, all of them", async () => {
    const options = { ...QUANTIZER_DEFAULTS, fp32_nodes: ["haed", "stem", "project_out", "nowhere"] };
    const refused = quantizeFile(await request(floatNetwork("NCHW"), "typo", { options }));
    await expect(refused).rejects.toMatchObject({
      code: "InvalidInput",
      problems: [{ where: "haed" }, { where: "nowhere" }],
    });
  });

  it("is refused where its model scores fewer than two classes, or gives no finite scores", async () => {
    const single = quantizeFile(await request(endingIn("ReduceMean", { keepdims: int(1) }), "single"));
    await expect(single).rejects.toThrow(/scores of at least two classes for each picture in scores, .*got \[1, 1\]/);
    const broken = quantizeFile(await request(endingIn("Log", {}), "broken"));
    await expect(broken).rejects.toThrow(/expected finite scores from the model as given, got (NaN|-Infinity)/);
  });

  it("takes pixels as they are when asked to, and agrees with the float file", async () => {
    const float = await request(floatNetwork("NCHW"), "same");
    const exact = await quantizeFile(float);
    const pixels = await quantizeFile({ ...float, output: join(folder, "same/pixels.onnx"), uint8_input: true });
    const { graph } = readModel(await readFile(join(folder, "same/pixels.onnx"))).model;
    expect(graph.inputs[0]!.type).toMatchObject({ element: "uint8", shape: ["batch", 3, SIZE, SIZE] });
    expect(pixels.nodes.Conv).toEqual(exact.nodes.Conv);
    expect(pixels.kl_by_observer["min-max"]).toBeCloseTo(exact.kl_by_observer["min-max"]!, 4);
  });

  it("needs nothing said again: preprocessing comes from its metadata, or from the file beside it", async () => {
    const metadata = new Map([["preprocessing", JSON.stringify({ ...SAID, input_size: SIZE })]]);
    const known = await request({ ...floatNetwork("NCHW"), metadata }, "known", { said: {} });
    expect((await quantizeFile(known)).preprocessing.normalization).toEqual({
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
    });
    await writeFile(join(folder, "known/preprocessing.json"), JSON.stringify({ resize: "stretch" }));
    expect((await quantizeFile(known)).preprocessing.resize).toBe("stretch");
    expect((await quantizeFile({ ...known, said: { resize: "contain" } })).preprocessing.resize).toBe("contain");
  });

  it("is refused where nobody says the preprocessing, with all that is missing", async () => {
    const silent = quantizeFile(await request(floatNetwork("NCHW"), "silent", { said: {} }));
    await expect(silent).rejects.toMatchObject({ code: "InvalidInput" });
    await expect(silent).rejects.toThrow(/--resize cover.*--mean.*--std/s);
    expect(await readdir(join(folder, "silent"))).toEqual(["model.onnx"]);
  });

  it("is refused where what is said contradicts the model", async () => {
    const wrong = { ...SAID, input_size: 99, std: [0.5, -1, 0.5], resize: "crop" };
    const refused = quantizeFile(await request(floatNetwork("NCHW"), "contradiction", { said: wrong }));
    await expect(refused).rejects.toThrow(/16 px, which the model declares, got 99.*"crop".*above 0/s);
    const normalized = quantizeFile(await request(smallNetwork(), "uint8", { said: SAID }));
    await expect(normalized).rejects.toThrow(/expected no --mean or --std/);
  });

  it("leaves out broken pictures by name, and is refused where too few are left", async () => {
    const few = join(folder, "few");
    await mkdir(few);
    await writeFile(join(few, "one.png"), "no picture");
    const refused = quantizeFile(await request(floatNetwork("NCHW"), "few-model", { data: few }));
    await expect(refused).rejects.toThrow(/expected at least 8 pictures in .*one\.png: unsupported/s);
    const all = await quantizeFile(await request(floatNetwork("NCHW"), "all", { samples: 40 }));
    expect(all.left_out).toEqual([{ path: "train/a/broken.png", detail: expect.stringMatching(/unsupported/) }]);
  });

  it("never overwrites its model, and leaves nothing behind when it is stopped", async () => {
    const asked = await request(floatNetwork("NCHW"), "safe");
    await expect(quantizeFile({ ...asked, output: asked.path })).rejects.toThrow(/another file than the model/);
    await expect(quantizeFile({ ...asked, signal: AbortSignal.abort() })).rejects.toThrow();
    expect(await readdir(join(folder, "safe"))).toEqual(["model.onnx"]);
  });
});
