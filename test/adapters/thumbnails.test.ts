// Thumbnails are the packed pixels themselves, found by the sample's hash.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNpy } from "../../adapters/npy.ts";
import { makeThumbnails } from "../../adapters/thumbnails.ts";
import type { PreparedData } from "../../core/workflow/records/prepared-data.ts";
import { madeUpInputs } from "../fixtures/report-model.ts";

const SIZE = 16;
const hashes = ["a", "b", "c"].map((letter) => letter.repeat(64));
const colours = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
] as const;

describe("thumbnails", () => {
  let folder: string;
  let data: PreparedData;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "decant-thumbnails-"));
    const pixels = await createNpy(join(folder, "validation-16-0.npy"), "uint8", [SIZE, SIZE, 3]);
    const labels = await createNpy(join(folder, "validation-labels.npy"), "int64", []);
    for (const colour of colours) {
      await pixels.append(Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => colour[i % 3]!));
      await labels.append(new Uint8Array(8));
    }
    await pixels.finish();
    await labels.finish();
    const lines = hashes.map((sha256) => JSON.stringify({ path: `${sha256[0]}.png`, sha256, label: 0 }));
    await writeFile(join(folder, "validation-samples.jsonl"), lines.join("\n"));
    const base = madeUpInputs().data;
    const validation = { ...base.splits.validation, count: 3, arrays: { [SIZE]: ["validation-16-0.npy"] } };
    data = { ...base, splits: { ...base.splits, validation } };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("show the asked samples and no others", async () => {
    const thumbnails = await makeThumbnails(folder, data, SIZE, [hashes[2]!, "d".repeat(64)]);
    expect(Object.keys(thumbnails)).toEqual([hashes[2]]);
    const png = Buffer.from(thumbnails[hashes[2]!]!.replace("data:image/png;base64,", ""), "base64");
    const { data: raw, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: SIZE, height: SIZE, channels: 3 });
    expect([...raw.subarray(0, 3)]).toEqual([0, 0, 255]);
  });
});
