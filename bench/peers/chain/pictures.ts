// The pictures of one entry, in the splits of Decant's own run: every side learns from the same ones, is chosen on the
// same ones and is measured on the same ones, all decoded by the same code.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openNpy } from "../../../adapters/npy.ts";
import { writePixels } from "../samples.ts";

/** Side of the squares that the peers cut their crops from. */
const CROP_SIZE = 256;

interface Sample {
  readonly path: string;
  readonly sha256: string;
}

export interface Splits {
  /** The folder that paths are relative to. */
  readonly root: string;
  readonly train: readonly Sample[];
  readonly validation: readonly Sample[];
  readonly test: readonly Sample[];
  /** int64 [N] by split. */
  readonly labels: (split: "train" | "validation" | "test") => string;
}

/** From the folder that PrepareData wrote. */
export async function readSplits(root: string, prepared: string): Promise<Splits> {
  const read = async (split: string): Promise<Sample[]> => {
    const text = await readFile(join(prepared, `${split}-samples.jsonl`), "utf8");
    return text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  };
  const [train, validation, test] = await Promise.all([read("train"), read("validation"), read("test")]);
  return {
    root,
    train: train!,
    validation: validation!,
    test: test!,
    labels: (split) => join(prepared, `${split}-labels.npy`),
  };
}

export function testDigest({ test }: Splits): string {
  return createHash("sha256")
    .update(test.map(({ sha256 }) => sha256).join("\n"))
    .digest("hex");
}

export function readLabels(file: string): number[] {
  const npy = openNpy(file);
  try {
    const [count = 0] = npy.header.shape;
    return Array.from({ length: count }, (_, at) => Number(new DataView(npy.row(at).buffer).getBigInt64(0, true)));
  } finally {
    npy.close();
  }
}

export const PIXEL_FILES = {
  crops: "train-crops.npy",
  train: (size: number) => `train-${size}.npy`,
  validation: (size: number) => `validation-${size}.npy`,
  test: (size: number) => `test-${size}.npy`,
  calibration: (size: number) => `calibration-${size}.npy`,
};

export function writeCrops(splits: Splits, folder: string): Promise<void> {
  return writePixels(splits.root, splits.train, CROP_SIZE, join(folder, PIXEL_FILES.crops));
}

/** `count` training pictures to calibrate on: a draw by content hash. */
export function calibrationSamples({ train }: Splits, count: number): readonly Sample[] {
  return train.toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1)).slice(0, count);
}
