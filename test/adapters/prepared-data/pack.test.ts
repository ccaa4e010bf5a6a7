// Packing a small data set: files, order, left-out samples, changed files, stopping, and byte-identical repeats.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decodeImage, isRefused } from "../../../adapters/image-decoder/decode-image.ts";
import { openNpy } from "../../../adapters/npy.ts";
import { openSplit } from "../../../adapters/packed-arrays.ts";
import { type PackRequest, packSamples } from "../../../adapters/prepared-data/pack.ts";
import { DecantError } from "../../../core/errors/problem.ts";
import { shardRanges } from "../../../core/prepared-data/shard-ranges.ts";
import type { ManifestRow, Split } from "../../../core/workflow/records/plan.ts";
import { encodeAll } from "../image-decoder/sample-images.ts";

const SIZES = [48, 32];
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "decant-pack-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function addFile(name: string, bytes: Uint8Array, label: number, split: Split): ManifestRow {
  writeFileSync(join(folder, "data", name), bytes);
  return { path: name, sha256: sha256(bytes), size_bytes: bytes.length, label, split };
}

/** Thirty good images of all formats over the three splits, and two bad ones. */
async function dataSet(): Promise<ManifestRow[]> {
  mkdirSync(join(folder, "data"));
  const rows: ManifestRow[] = [];
  for (let at = 0; at < 6; at += 1) {
    const split = (["train", "train", "train", "train", "validation", "test"] as const)[at]!;
    for (const [format, bytes] of await encodeAll(40 + at * 10, 64)) {
      rows.push(addFile(`${at}.${format}`, bytes, rows.length % 2, split));
    }
  }
  const good = readFileSync(join(folder, "data", "0.png"));
  rows.push(addFile("cut.png", good.subarray(0, good.length / 2), 0, "train"));
  rows.push(addFile("text.jpg", Buffer.from("<svg/>"), 1, "test"));
  return rows;
}

function request(rows: readonly ManifestRow[], out: string, changes: Partial<PackRequest> = {}): PackRequest {
  mkdirSync(join(folder, out));
  return {
    plan: { classes: ["a", "b"], resize: "cover", input_sizes: SIZES, crop_size: 56, left_out: [] },
    rows,
    shards: shardRanges(rows),
    root: join(folder, "data"),
    folder: join(folder, out),
    lanes: 3,
    sha256,
    signal: new AbortController().signal,
    progress: () => undefined,
    ...changes,
  };
}

test("begins new files at each shard's first row", async () => {
  const rows = (await dataSet()).slice(0, 20);
  const shards = shardRanges(rows, { samples: 8, size_bytes: 1e9 });
  const data = await packSamples(request(rows, "out", { shards }));
  expect(data.crops).toEqual(["train-crops-0.npy", "train-crops-1.npy", "train-crops-2.npy"]);
  const arrays = data.splits.train.arrays["32"]!.map((name) => openNpy(join(folder, "out", name)));
  expect(arrays.map(({ header }) => header.shape[0])).toEqual([8, 8, 4]);
  for (const array of arrays) array.close();
});

test("packs every good sample in manifest order, equal to what the decoder gives for the raw file", async () => {
  const rows = await dataSet();
  const seen: number[] = [];
  const data = await packSamples(request(rows, "out", { progress: (done) => seen.push(done) }));
  expect(seen.at(-1)).toBe(rows.length);
  expect([data.splits.train.count, data.splits.validation.count, data.splits.test.count]).toEqual([20, 5, 5]);
  for (const split of ["train", "validation", "test"] as const) {
    const wanted = rows.slice(0, 30).filter((row) => row.split === split);
    for (const size of SIZES) {
      const packed = openSplit(join(folder, "out"), data, split, size);
      expect(packed.samples.map(({ path }) => path)).toEqual(wanted.map(({ path }) => path));
      expect([...packed.labels]).toEqual(wanted.map(({ label }) => label));
      for (const [at, row] of wanted.entries()) {
        const bytes = readFileSync(join(folder, "data", row.path));
        const image = await decodeImage(bytes, { sizes: [size], resize: "cover" });
        if (isRefused(image)) throw new Error(image.detail);
        expect(Buffer.compare(packed.sample(at), image.pixels.get(size)!), `${row.path} ${size}`).toBe(0);
      }
      packed.close();
    }
  }
  expect(data.crops).toEqual(["train-crops-0.npy"]);
  const crops = openNpy(join(folder, "out", "train-crops-0.npy"));
  expect(crops.header.shape).toEqual([20, 56, 56, 3]);
  crops.close();
});

test("leaves bad images out, with the reason, after those that were left out before", async () => {
  const earlier = { path: "twice.png", reason: "duplicate", detail: "of 0.png" } as const;
  const plan = { ...request([], "unused").plan, left_out: [earlier] };
  const data = await packSamples(request(await dataSet(), "out", { plan }));
  expect(data.left_out.map(({ path, reason }) => [path, reason])).toEqual([
    ["twice.png", "duplicate"],
    ["cut.png", "corrupt"],
    ["text.jpg", "unsupported"],
  ]);
});

test("writes the same bytes again, whatever the number of lanes", async () => {
  const rows = await dataSet();
  await packSamples(request(rows, "one", { lanes: 1 }));
  await packSamples(request(rows, "many", { lanes: 8 }));
  const names = readdirSync(join(folder, "one")).sort();
  expect(readdirSync(join(folder, "many")).sort()).toEqual(names);
  for (const name of names) {
    const [one, many] = ["one", "many"].map((out) => readFileSync(join(folder, out, name)));
    expect(Buffer.compare(one!, many!), name).toBe(0);
  }
});

test("names every file that changed, vanished or leads outside", async () => {
  const rows = await dataSet();
  writeFileSync(join(folder, "data", "0.png"), "changed");
  rmSync(join(folder, "data", "1.gif"));
  const outside = { ...rows[4]!, path: "../secret.png" };
  const error = await packSamples(request([...rows, outside], "out")).catch((reason: unknown) => reason);
  if (!(error instanceof DecantError)) throw new Error("Expected a DecantError");
  expect(error.code).toBe("InvalidData");
  expect(error.problems.map(({ where }) => where)).toEqual(["0.png", "1.gif", "../secret.png"]);
});

test("stops when it is told to", async () => {
  const controller = new AbortController();
  const progress = () => controller.abort();
  const work = packSamples(request(await dataSet(), "out", { signal: controller.signal, progress }));
  await expect(work).rejects.toMatchObject({ code: "Stopped" });
});

test("stops with the reason that it was given", async () => {
  const signal = AbortSignal.abort(new DecantError("Deadline", "the time is used up"));
  await expect(packSamples(request(await dataSet(), "out", { signal }))).rejects.toMatchObject({ code: "Deadline" });
});
