// The pictures of one comparison: calibration from the training part, everything measured on the held-out part, all
// decoded once by Decant's decoder, so that every side sees the same pixels.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { decodeImage, isRefused } from "../../adapters/image-decoder/decode-image.ts";
import { type LabelledImages, readLabelledImages } from "../../adapters/labelled-images.ts";
import { createNpy } from "../../adapters/npy.ts";

/** Of a data set without splits of its own: this share, by content hash, is held out. */
const HELD_OUT_SHARE = 1 / 3;

type Sample = LabelledImages["samples"][number];

export interface DataSet {
  readonly root: string;
  readonly classes: readonly string[];
  readonly train: readonly Sample[];
  readonly held_out: readonly Sample[];
  /** SHA-256 over hash and label of every sample, in order of hash. */
  readonly manifest_hash: string;
}

/** Equal pictures are kept once; those under two labels are left out. */
export async function readDataSet(folder: string): Promise<DataSet> {
  const { root, samples } = await readLabelledImages(folder, new AbortController().signal);
  const unique = [...Map.groupBy(samples, ({ sha256 }) => sha256).values()]
    .filter((same) => new Set(same.map(({ label }) => label)).size === 1)
    .map((same) => same.find(({ split }) => split !== "train") ?? same[0]!)
    .sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  const given = unique.some(({ split }) => split !== undefined);
  const isHeldOut = ({ split, sha256 }: Sample) =>
    given ? split !== "train" : Number.parseInt(sha256.slice(0, 8), 16) / 2 ** 32 < HELD_OUT_SHARE;
  return {
    root,
    classes: [...new Set(unique.map(({ label }) => label))].sort(),
    train: unique.filter((sample) => !isHeldOut(sample)),
    held_out: unique.filter(isHeldOut),
    manifest_hash: sha256(unique.map((sample) => `${sample.sha256} ${sample.label}`).join("\n")),
  };
}

/** Copies a tree of domain/class/picture into class/domain-picture: the domains pooled, as one data set. */
export async function poolDomains(folder: string, pooled: string): Promise<string> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || extname(entry.name) === ".md") continue;
    const label = basename(entry.parentPath);
    await mkdir(join(pooled, label), { recursive: true });
    const name = `${basename(dirname(entry.parentPath))}-${entry.name}`;
    await copyFile(join(entry.parentPath, entry.name), join(pooled, label, name));
  }
  return pooled;
}

/** `count` training pictures; another seed draws others. */
export function drawCalibration({ train }: DataSet, count: number, seed: number): readonly Sample[] {
  const order = train.map((sample) => ({ sample, at: sha256(`${seed} ${sample.sha256}`) }));
  return order
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, count)
    .map(({ sample }) => sample);
}

/** uint8 [N, size, size, 3] of the samples in order. A file that is there is whole, and kept. */
export async function writePixels(
  root: string,
  samples: readonly Pick<Sample, "path">[],
  size: number,
  file: string,
): Promise<void> {
  if (existsSync(file)) return;
  const part = `${file}.part`;
  await rm(part, { force: true });
  const npy = await createNpy(part, "uint8", [size, size, 3]);
  for (const { path } of samples) {
    const image = await decodeImage(await readFile(join(root, path)), { sizes: [size], resize: "cover" });
    if (isRefused(image)) throw new Error(`${path}: ${image.reason}`);
    await npy.append(image.pixels.get(size)!);
  }
  await npy.finish();
  await rename(part, file);
}

/** int64 [N] of class indices. */
export async function writeLabels(data: DataSet, samples: readonly Sample[], file: string): Promise<void> {
  await rm(file, { force: true });
  const npy = await createNpy(file, "int64", []);
  for (const { label } of samples)
    await npy.append(new Uint8Array(new BigInt64Array([BigInt(data.classes.indexOf(label))]).buffer));
  await npy.finish();
}

/** The same pictures as files, for `decant quantize`. */
export async function copyFiles(root: string, samples: readonly Sample[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { path, sha256: hash } of samples) await copyFile(join(root, path), join(folder, hash + extname(path)));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
