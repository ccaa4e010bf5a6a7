// How fast PrepareData decodes beside a plain Pillow loop, and what reducing while decoding does to the pixels.
// Usage: node bench/prepare-data.ts [--data ../shared/data/flowers] [--python .venv/bin/python] [--rounds 5]
// Writes bench/results/prepare-data.json. Every round times all loops, one after another; a ratio is taken within a round,
// and the median of the rounds counts. Timings of a busy machine are recorded as such: see load_average.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { decodeImage, isRefused } from "../adapters/image-decoder/decode-image.ts";
import { DECODER_VERSIONS, sharp } from "../adapters/image-decoder/libvips.ts";
import { resample } from "../adapters/image-decoder/resample.ts";
import { inOrder } from "../adapters/prepared-data/in-order.ts";
import { packSamples } from "../adapters/prepared-data/pack.ts";
import type { ManifestRow } from "../core/workflow/records/plan.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: join(process.env.DECANT_SHARED_DATA ?? "../shared/data", "flowers") },
    python: { type: "string", default: ".venv/bin/python" },
    rounds: { type: "string", default: "5" },
  },
});
const SIZES = [224, 192, 160, 128, 96];
const CROP_SIZE = 256;
const CORES = availableParallelism();
const ROUNDS = Number(values.rounds);

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
  for await (const image of inOrder(files, 3 * CORES, decode)) if (isRefused(image)) throw new Error(image.detail);
}

function packAll(files: readonly string[], root: string, folder: string): Promise<unknown> {
  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  const rows = files.map((file): ManifestRow => {
    const bytes = readFileSync(file);
    return { path: file, sha256: sha256(bytes), size_bytes: bytes.length, label: 0, split: "train" };
  });
  const plan = { classes: ["a"], resize: "cover", input_sizes: SIZES, crop_size: CROP_SIZE, left_out: [] } as const;
  const { signal } = new AbortController();
  const shards = [{ first: 0, count: rows.length }];
  return packSamples({ plan, rows, shards, root, folder, lanes: 3 * CORES, sha256, signal, progress: () => undefined });
}

function pillow(folder: string, sizes: readonly number[], ...options: string[]): Speed {
  const script = join(import.meta.dirname, "prepare-data-pillow.py");
  const parameters = [script, folder, ...sizes.map(String), ...options];
  const text = execFileSync(values.python, parameters, { encoding: "utf8" });
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
    const middle = await sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
      .extract({ left, top, width: side, height: side })
      .raw()
      .toBuffer();
    const whole = resample(middle, { width: side, height: side }, { width: size, height: size });
    image.pixels.get(size)!.forEach((value, at) => {
      const difference = Math.abs(value - whole[at]!);
      sum += difference / (size * size * 3 * files.length);
      max = Math.max(max, difference);
    });
  }
  return { mean: Number(sum.toFixed(2)), max };
}

type Loop = "one size" | "all sizes" | "pack" | "pillow" | "pillow all sizes" | "pillow draft" | "pillow every core";

/** One timing of every loop over a folder of images. */
async function timeRound(folder: string, packed: string): Promise<Readonly<Record<Loop, Speed>>> {
  const files = imagesOf(folder);
  const all = [...SIZES, CROP_SIZE];
  return {
    pillow: pillow(folder, [160]),
    "one size": await timed(files.length, () => decodeAll(files, [160])),
    "pillow all sizes": pillow(folder, all),
    "all sizes": await timed(files.length, () => decodeAll(files, all)),
    pack: await timed(files.length, () => packAll(files, folder, packed)),
    "pillow draft": pillow(folder, [160], "--draft"),
    "pillow every core": pillow(folder, [160], "--processes", String(CORES)),
  };
}

function imagesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jpg"))
    .map((name) => join(folder, name));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

async function benchSet(folder: string): Promise<unknown> {
  const files = imagesOf(folder);
  await decodeAll(files.slice(0, 8), [...SIZES, CROP_SIZE]);
  const rounds: Readonly<Record<Loop, Speed>>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const packed = join(folder, `packed-${round}`);
    mkdirSync(packed);
    rounds.push(await timeRound(folder, packed));
  }
  const speed = (loop: Loop) => ({
    images: files.length,
    images_per_s: median(rounds.map((round) => round[loop].images_per_s)),
    cpu_ms_per_image: median(rounds.map((round) => round[loop].cpu_ms_per_image)),
  });
  const ratios = (ours: Loop, theirs: Loop) => {
    const each = rounds.map((round) => round[ours].images_per_s / round[theirs].images_per_s);
    // What the ratio would be with every core free: processor time, not wall time.
    const byCpuTime = rounds.map((round) => (CORES * round[theirs].cpu_ms_per_image) / round[ours].cpu_ms_per_image);
    return { median: median(each), rounds: each, median_by_cpu_time: median(byCpuTime) };
  };
  const pixels: Record<string, unknown> = {};
  for (const size of [...SIZES, CROP_SIZE]) pixels[size] = await pixelDifference(files.slice(0, 20), size);
  const bytes = files.reduce((total, file) => total + readFileSync(file).length, 0);
  return {
    file_size_bytes_mean: Math.round(bytes / files.length),
    decode_160px: speed("one size"),
    decode_five_sizes_and_crop: speed("all sizes"),
    pack_five_sizes_and_crop: speed("pack"),
    pillow_160px_one_process: speed("pillow"),
    pillow_five_sizes_and_crop_one_process: speed("pillow all sizes"),
    pillow_160px_draft_one_process: speed("pillow draft"),
    [`pillow_160px_${CORES}_processes`]: speed("pillow every core"),
    ratio_to_pillow_160px: ratios("one size", "pillow"),
    ratio_to_pillow_five_sizes_and_crop: ratios("all sizes", "pillow all sizes"),
    ratio_of_packing_to_pillow_five_sizes_and_crop: ratios("pack", "pillow all sizes"),
    difference_to_one_resize_from_all_pixels: pixels,
  };
}

const root = mkdtempSync(join(tmpdir(), "decant-bench-"));
try {
  await makeSets(root, sourceFiles());
  const load_average = loadavg()[0];
  const sets: Record<string, unknown> = {};
  for (const name of readdirSync(root).toSorted()) sets[name] = await benchSet(join(root, name));
  const machine = { cpu: cpus()[0]?.model, cores: CORES, load_average_before: load_average, node: process.version };
  const command = `node bench/prepare-data.ts --rounds ${ROUNDS}`;
  const record = { command, machine, versions: DECODER_VERSIONS, sets };
  mkdirSync(join(import.meta.dirname, "results"), { recursive: true });
  writeFileSync(join(import.meta.dirname, "results", "prepare-data.json"), `${JSON.stringify(record, null, 2)}\n`);
  console.log(JSON.stringify(record, null, 2));
} finally {
  rmSync(root, { recursive: true });
}
