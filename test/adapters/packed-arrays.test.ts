// Packed arrays written with the row writer and read back, and folders that don't fit their record.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createNpy } from "../../adapters/npy.ts";
import { openSplit } from "../../adapters/packed-arrays.ts";
import { formatNpyHeader } from "../../core/npy/header.ts";
import type { PreparedData } from "../../core/workflow/records/prepared-data.ts";

const size = 4;
const labels = [0, 1, 1, 0, 1];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "decant-packed-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function image(index: number): Uint8Array {
  return Uint8Array.from({ length: size * size * 3 }, (_, at) => (at * 7 + index * 31) % 256);
}

/** Five validation images in two shards. */
async function pack(): Promise<PreparedData> {
  for (const [name, from, to] of [
    ["validation-4-0.npy", 0, 3],
    ["validation-4-1.npy", 3, 5],
  ] as const) {
    const file = await createNpy(join(folder, name), "uint8", [size, size, 3]);
    for (let at = from; at < to; at += 1) await file.append(image(at));
    await file.finish();
  }
  const values = Buffer.from(BigInt64Array.from(labels, BigInt).buffer);
  writeFileSync(join(folder, "validation-labels.npy"), Buffer.concat([formatNpyHeader("int64", [5]), values]));
  const lines = labels.map((label, at) => JSON.stringify({ path: `${at}.png`, sha256: "00", label }));
  writeFileSync(join(folder, "validation-samples.jsonl"), `${lines.join("\n")}\n`);
  const empty = { count: 0, count_per_class: [], labels: "", samples: "", arrays: {} };
  return {
    classes: ["a", "b"],
    resize: "cover",
    input_sizes: [size],
    crop_size: size,
    splits: {
      train: empty,
      test: empty,
      validation: {
        count: 5,
        count_per_class: [2, 3],
        labels: "validation-labels.npy",
        samples: "validation-samples.jsonl",
        arrays: { "4": ["validation-4-0.npy", "validation-4-1.npy"] },
      },
    },
    crops: [],
    left_out: [],
    decoder: { name: "sharp", version: "0" },
  };
}

test("gives every sample back across shards, with its label and path", async () => {
  const split = openSplit(folder, await pack(), "validation", size);
  expect([...split.labels]).toEqual(labels);
  expect(split.samples[3]).toEqual({ path: "3.png", sha256: "00", label: 0 });
  for (let at = 0; at < split.count; at += 1) expect(split.sample(at)).toEqual(image(at));
  expect(() => split.sample(5)).toThrow(/0 to 4, got 5/);
  split.close();
});

test("names the sizes that there are when asked for another", async () => {
  const data = await pack();
  expect(() => openSplit(folder, data, "validation", 8)).toThrow(/one of 4 px, but 8 px/);
});

test("refuses a shortened shard, naming file and lengths", async () => {
  const data = await pack();
  truncateSync(join(folder, "validation-4-1.npy"), 200);
  expect(() => openSplit(folder, data, "validation", size)).toThrow(/validation-4-1\.npy.*expected 224 bytes.*got 200/);
});

test("refuses labels outside the classes, and labels that contradict the samples file", async () => {
  const data = await pack();
  const path = join(folder, "validation-labels.npy");
  const bytes = readFileSync(path);
  bytes.writeBigInt64LE(2n, 128);
  writeFileSync(path, bytes);
  expect(() => openSplit(folder, data, "validation", size)).toThrow(/labels of 0 to 1, got 2 at 0/);
  bytes.writeBigInt64LE(1n, 128);
  writeFileSync(path, bytes);
  expect(() => openSplit(folder, data, "validation", size)).toThrow(/equal labels/);
});

test("refuses file names that lead out of the folder, and lines that are no samples", async () => {
  const data = await pack();
  const outside = { ...data.splits.validation, labels: "../validation-labels.npy" };
  const moved = { ...data, splits: { ...data.splits, validation: outside } };
  expect(() => openSplit(folder, moved, "validation", size)).toThrow(/plain file name/);
  writeFileSync(join(folder, "validation-samples.jsonl"), "null\n");
  expect(() => openSplit(folder, data, "validation", size)).toThrow(/samples\.jsonl:1: expected a line of JSON/);
});
