// How fast PrepareData decodes beside a plain Pillow loop, and what reducing while decoding does to the pixels.
// Usage: node bench/prepare-data.ts [--data ../shared/data/flowers] [--python .venv/bin/python]
// Writes bench/results/prepare-data.json. Timings of a busy machine are recorded as such: see load_average.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { decodeImage, isRefused } from "../adapters/image-decoder/decode-image.ts";
import { DECODER_VERSIONS, sharp } from "../adapters/image-decoder/libvips.ts";
import { inOrder } from "../adapters/prepared-data/in-order.ts";
import { packSamples } from "../adapters/prepared-data/pack.ts";
import type { ManifestRow } from "../core/workflow/records/plan.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: join(process.env.DECANT_SHARED_DATA ?? "../shared/data", "flowers") },
    python: { type: "string", default: ".venv/bin/python" },
  },
});
const SIZES = [224, 192, 160, 128, 96];
const CROP_SIZE = 256;
const CORES = availableParallelism();

interface Speed {
  readonly images: number;
  readonly images_per_s: number;
  readonly cpu_ms_per_image: number;
}

/** Files of the flowers folder, in code-point order. */
function sourceFiles(): string[] {
  const names = readdirSync(values.data, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".jpg"))
    .map((name) => resolve(values.data, name))
    .toSorted();
}

/** Three sets: large and dense (many photos side by side), large and soft (one photo enlarged), small. */
async function makeSets(folder: string, sources: readonly string[]): Promise<void> {
  const large = { width: 2000, height: 1500 };
  for (const name of ["dense-2000px", "soft-2000px", "small-256px"]) mkdirSync(join(folder, name));
  for (let at = 0; at < 60; at += 1) {
    const tiles = Array.from({ length: 12 }, async (_, tile) => ({
      input: await sharp(readFileSync(sources[(at * 12 + tile) % sources.length]!))
        .resize(500, 500)
        .png()
        .toBuffer(),
      left: (tile % 4) * 500,
      top: Math.floor(tile / 4) * 500,
    }));
    const dense = sharp({ create: { ...large, channels: 3, background: "black" } }).composite(await Promise.all(tiles));
    writeFileSync(join(folder, "dense-2000px", `${at}.jpg`), await dense.jpeg({ quality: 85 }).toBuffer());
    const soft = sharp(readFileSync(sources[at]!)).resize(large);
    writeFileSync(join(folder, "soft-2000px", `${at}.jpg`), await soft.jpeg({ quality: 85 }).toBuffer());
  }
  for (let at = 0; at < 400; at += 1) {
    const small = sharp(readFileSync(sources[at % sources.length]!)).resize(256, 256);
    writeFileSync(join(folder, "small-256px", `${at}.jpg`), await small.jpeg({ quality: 90 }).toBuffer());
  }
}

async function timed(images: number, work: () => Promise<unknown>): Promise<Speed> {
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpuStart);
  const seconds = (performance.now() - start) / 1000;
  return { images, images_per_s: images / seconds, cpu_ms_per_image: (user + system) / 1000 / images };
}

async function decodeAll(files: readonly string[], sizes: readonly number[]): Promise<void> {
  const decode = (path: string) => decodeImage(readFileSync(path), { sizes, resize: "cover" });
  for await (const image of inOrder(files, 2 * CORES, decode)) if (isRefused(image)) throw new Error(image.detail);
}

function packAll(files: readonly string[], root: string, folder: string): Promise<unknown> {
  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  const rows = files.map((file): ManifestRow => {
    const bytes = readFileSync(file);
    return { path: file, sha256: sha256(bytes), size_bytes: bytes.length, label: 0, split: "train" };
  });
  const plan = { classes: ["a"], resize: "cover", input_sizes: SIZES, crop_size: CROP_SIZE, left_out: [] } as const;
  const { signal } = new AbortController();
  return packSamples({ plan, rows, root, folder, lanes: 2 * CORES, sha256, signal, progress: () => undefined });
}

function pillow(folder: string, ...options: string[]): Speed {
  const script = join(import.meta.dirname, "prepare-data-pillow.py");
  const text = execFileSync(values.python, [script, folder, "160", ...options], { encoding: "utf8" });
  const { images, seconds, cpu_seconds } = JSON.parse(text);
  return { images, images_per_s: images / seconds, cpu_ms_per_image: (cpu_seconds * 1000) / images };
}

/** Mean and largest absolute difference of 0..255 against one resize from all pixels. */
async function pixelDifference(files: readonly string[], size: number): Promise<{ mean: number; max: number }> {
  let sum = 0;
  let max = 0;
  for (const file of files) {
    const bytes = readFileSync(file);
    const image = await decodeImage(bytes, { sizes: [size], resize: "cover" });
    if (isRefused(image)) throw new Error(image.detail);
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const side = Math.min(info.width, info.height);
    const left = Math.floor((info.width - side) / 2);
    const top = Math.floor((info.height - side) / 2);
    const whole = await sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
      .extract({ left, top, width: side, height: side })
      .resize(size, size, { fit: "fill", kernel: "cubic" })
      .raw()
      .toBuffer();
    image.pixels.get(size)!.forEach((value, at) => {
      const difference = Math.abs(value - whole[at]!);
      sum += difference / (size * size * 3 * files.length);
      max = Math.max(max, difference);
    });
  }
  return { mean: Number(sum.toFixed(2)), max };
}

const root = mkdtempSync(join(tmpdir(), "decant-bench-"));
try {
  await makeSets(root, sourceFiles());
  const load_average = loadavg()[0];
  const sets: Record<string, unknown> = {};
  for (const name of readdirSync(root).toSorted()) {
    const files = readdirSync(join(root, name)).map((file) => join(root, name, file));
    const bytes = files.reduce((total, file) => total + readFileSync(file).length, 0);
    await decodeAll(files.slice(0, 8), [160]);
    const one_size = await timed(files.length, () => decodeAll(files, [160]));
    const all_sizes = await timed(files.length, () => decodeAll(files, [...SIZES, CROP_SIZE]));
    const packed = join(root, name, "packed");
    mkdirSync(packed);
    const packing = await timed(files.length, () => packAll(files, join(root, name), packed));
    const plain = pillow(join(root, name));
    const draft = pillow(join(root, name), "--draft");
    const plainAllCores = pillow(join(root, name), "--processes", String(CORES));
    const difference = files.slice(0, 20);
    const pixels: Record<string, unknown> = {};
    for (const size of [...SIZES, CROP_SIZE]) pixels[size] = await pixelDifference(difference, size);
    sets[name] = {
      file_size_bytes_mean: Math.round(bytes / files.length),
      decode_160px: one_size,
      decode_five_sizes_and_crop: all_sizes,
      pack_five_sizes_and_crop: packing,
      pillow_160px_one_process: plain,
      pillow_160px_draft_one_process: draft,
      [`pillow_160px_${CORES}_processes`]: plainAllCores,
      ratio_to_pillow: one_size.images_per_s / plain.images_per_s,
      // What the ratio would be with every core free: processor time, not wall time.
      ratio_to_pillow_by_cpu_time: (CORES * plain.cpu_ms_per_image) / one_size.cpu_ms_per_image,
      difference_to_one_resize_from_all_pixels: pixels,
    };
  }
  const machine = { cpu: cpus()[0]?.model, cores: CORES, load_average_before: load_average, node: process.version };
  const record = { command: "node bench/prepare-data.ts", machine, versions: DECODER_VERSIONS, sets };
  mkdirSync(join(import.meta.dirname, "results"), { recursive: true });
  writeFileSync(join(import.meta.dirname, "results", "prepare-data.json"), `${JSON.stringify(record, null, 2)}\n`);
  console.log(JSON.stringify(record, null, 2));
} finally {
  rmSync(root, { recursive: true });
}
