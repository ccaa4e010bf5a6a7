// Reads what PrepareData packed: one split at one input size, a sample at a time, for calibration and measurement.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { DecantError } from "../core/errors/problem.ts";
import type { Split } from "../core/workflow/records/plan.ts";
import type { PreparedData } from "../core/workflow/records/prepared-data.ts";
import { type NpyReader, openNpy } from "./npy.ts";

/** A line of <split>-samples.jsonl. */
export interface PackedSample {
  readonly path: string;
  readonly sha256: string;
  /** Index into the classes. */
  readonly label: number;
}

export interface OpenSplit {
  readonly count: number;
  readonly size: number;
  /** Class index by sample, in manifest order. */
  readonly labels: Int32Array;
  readonly samples: readonly PackedSample[];
  /** Pixels of sample i, [size, size, 3] RGB uint8, a fresh array read from disk. */
  sample(index: number): Uint8Array;
  close(): void;
}

/** Path, hash and label of a split's samples; opens no array. Throws InvalidData where the file doesn't fit the record. */
export function readSplitSamples(folder: string, data: PreparedData, split: Split): readonly PackedSample[] {
  const record = data.splits[split];
  const samples = readSamples(inside(folder, record.samples));
  if (samples.length === record.count) return samples;
  const message = `expected ${record.count} ${split} samples, got ${samples.length}`;
  throw new DecantError("InvalidData", [{ message, where: record.samples }]);
}

/** Opens a split of the prepare-data step in `folder`. Throws InvalidData listing every file that doesn't fit. */
export function openSplit(folder: string, data: PreparedData, split: Split, size: number): OpenSplit {
  const record = data.splits[split];
  const names = record.arrays[String(size)];
  if (names === undefined) {
    const sizes = Object.keys(record.arrays).join(", ");
    throw new DecantError("InvalidData", `expected ${split} data at one of ${sizes} px, but ${size} px was asked for`);
  }
  const labels = readLabels(inside(folder, record.labels), data.classes.length);
  const samples = readSamples(inside(folder, record.samples));
  const shards = openShards(folder, names, size);
  const ends = cumulative(shards.map((shard) => shard.header.shape[0]!));
  const count = ends.at(-1) ?? 0;
  const close = () => {
    for (const shard of shards) shard.close();
  };
  const agrees = samples.every((sample, at) => sample.label === labels[at]);
  if (count !== record.count || labels.length !== count || samples.length !== count || !agrees) {
    close();
    const message =
      `expected ${record.count} samples of ${split} with equal labels everywhere, got ${count} images of ${size} px, ` +
      `${labels.length} labels and ${samples.length} lines: prepare the data again`;
    throw new DecantError("InvalidData", [{ message, where: folder }]);
  }
  return {
    count,
    size,
    labels,
    samples,
    close,
    sample(index) {
      if (!(Number.isInteger(index) && index >= 0 && index < count)) {
        throw new RangeError(`Expected a sample of 0 to ${count - 1}, got ${index}`);
      }
      const shard = ends.findIndex((end) => index < end);
      return shards[shard]!.row(index - (shard === 0 ? 0 : ends[shard - 1]!));
    },
  };
}

function openShards(folder: string, names: readonly string[], size: number): NpyReader[] {
  const shards: NpyReader[] = [];
  const problems: { message: string; where: string }[] = [];
  for (const name of names) {
    try {
      const shard = openNpy(inside(folder, name));
      shards.push(shard);
      const { type, shape } = shard.header;
      if (type !== "uint8" || shape.length !== 4 || shape[1] !== size || shape[2] !== size || shape[3] !== 3) {
        const message = `expected uint8 [N, ${size}, ${size}, 3], got ${type} [${shape.join(", ")}]`;
        problems.push({ message, where: name });
      }
    } catch (error) {
      problems.push({ message: error instanceof Error ? error.message : String(error), where: name });
    }
  }
  if (problems.length === 0) return shards;
  for (const shard of shards) shard.close();
  throw new DecantError("InvalidData", problems);
}

function readLabels(path: string, classes: number): Int32Array {
  const file = openNpy(path);
  try {
    const { type, shape } = file.header;
    if (type !== "int64" || shape.length !== 1) {
      const message = `expected int64 [N], got ${type} [${shape.join(", ")}]`;
      throw new DecantError("InvalidData", [{ message, where: path }]);
    }
    const bytes = readFileSync(path).subarray(file.header.data_offset_bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Int32Array.from({ length: shape[0]! }, (_, at) => {
      const label = view.getBigInt64(at * 8, true);
      if (label >= 0n && label < BigInt(classes)) return Number(label);
      const message = `expected labels of 0 to ${classes - 1}, got ${label} at ${at}`;
      throw new DecantError("InvalidData", [{ message, where: path }]);
    });
  } finally {
    file.close();
  }
}

function readSamples(path: string): PackedSample[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line, at) => {
      const sample = parseSample(line);
      if (sample !== undefined) return sample;
      const message = 'expected a line of JSON with "path", "sha256" and "label"';
      throw new DecantError("InvalidData", [{ message, where: `${path}:${at + 1}` }]);
    });
}

function parseSample(line: string): PackedSample | undefined {
  try {
    const { path, sha256, label } = JSON.parse(line);
    const valid = typeof path === "string" && typeof sha256 === "string" && Number.isInteger(label);
    return valid ? { path, sha256, label } : undefined;
  } catch {
    return undefined;
  }
}

/** A file of the folder; a name that leads elsewhere is refused. */
function inside(folder: string, name: string): string {
  if (name !== basename(name) || name === "" || name === "..") {
    throw new DecantError("InvalidData", [{ message: `expected a plain file name, got ${name}`, where: folder }]);
  }
  return join(folder, name);
}

function cumulative(counts: readonly number[]): number[] {
  let sum = 0;
  return counts.map((count) => {
    sum += count;
    return sum;
  });
}
