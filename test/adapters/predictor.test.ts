// Prediction on a raw file and evaluation of its packed copy give the same logits, to the last bit.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { computeLogits } from "../../adapters/latency/compute-logits.ts";
import { openPredictor } from "../../adapters/predictor.ts";
import { packSamples } from "../../adapters/prepared-data/pack.ts";
import { labelsText } from "../../core/artifact/labels.ts";
import { preprocessing } from "../../core/artifact/preprocessing.ts";
import type { ManifestRow, Resize } from "../../core/workflow/records/plan.ts";
import { COLOURS, colourModel } from "../fixtures/colour-model.ts";
import { draw, encodeAll } from "./image-decoder/sample-images.ts";

const SIZE = 48;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "decant-predictor-"));
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "model.onnx"), colourModel(SIZE));
  writeFileSync(join(folder, "labels.txt"), labelsText(COLOURS));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function makeImages(): Promise<ReadonlyMap<string, Uint8Array>> {
  const large = await draw(1200, 800).withMetadata({ orientation: 6 }).jpeg({ quality: 80 }).toBuffer();
  return new Map([...(await encodeAll(90, 61)), ["large", large]]);
}

describe.each(["cover", "contain", "stretch"] as const)("%s", (resize: Resize) => {
  test("raw files and packed copies give identical logits", async () => {
    const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    writeFileSync(join(folder, "preprocessing.json"), JSON.stringify(preprocessing(SIZE, resize)));
    const rows: ManifestRow[] = [];
    for (const [path, bytes] of await makeImages()) {
      writeFileSync(join(folder, "data", path), bytes);
      rows.push({ path, sha256: sha256(bytes), size_bytes: bytes.length, label: 0, split: "test" });
    }
    const packed = join(folder, "packed");
    mkdirSync(packed);
    const data = await packSamples({
      plan: { classes: COLOURS, resize, input_sizes: [64, SIZE, 32], crop_size: 72, left_out: [] },
      rows,
      shards: [{ first: 0, count: rows.length }],
      root: join(folder, "data"),
      folder: packed,
      lanes: 2,
      sha256,
      signal: new AbortController().signal,
      progress: () => undefined,
    });
    const npy = data.splits.test.arrays[SIZE]!.map((name) => join(packed, name));
    const path = join(folder, "model.onnx");
    const answer = await computeLogits({ kind: "logits", models: [{ path, npy }], threads: 1 });
    const evaluated = Buffer.from(answer.models[0]!.logits, "base64");
    const predictor = await openPredictor(folder, 1);
    const predicted: Uint8Array[] = [];
    for (const row of rows) {
      const logits = await predictor.logits(readFileSync(join(folder, "data", row.path)));
      if ("reason" in logits) throw new Error(logits.detail);
      predicted.push(Buffer.from(logits.buffer, logits.byteOffset, logits.byteLength));
    }
    expect(evaluated.length).toBe(rows.length * COLOURS.length * 4);
    expect(Buffer.concat(predicted).equals(evaluated)).toBe(true);
  });
});

test("says what the model answered where preprocessing.json names another size than it takes", async () => {
  writeFileSync(join(folder, "preprocessing.json"), JSON.stringify(preprocessing(SIZE + 8, "cover")));
  const predictor = await openPredictor(folder, 1);
  const bytes = await draw(64, 64).png().toBuffer();
  await expect(predictor.logits(bytes)).rejects.toMatchObject({ code: "InvalidModel" });
});
