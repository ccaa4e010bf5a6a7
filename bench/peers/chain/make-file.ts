// One fp32 file of a peer, made by make_file.py in the project's environment.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { runChild } from "../../child.ts";
import { lastLine } from "../sides.ts";

const SCRIPT = fileURLToPath(new URL("make_file.py", import.meta.url));

/** fine_tune.py's. */
export const RECIPES = ["usual", "probe-first"] as const;
export type Recipe = (typeof RECIPES)[number];

export interface MakeRequest {
  readonly architecture: string;
  readonly classes: number;
  readonly size: number;
  readonly seed: number;
  readonly threads: number;
  /** Pretrained weights, or the weights that an earlier request saved as `state`. */
  readonly weights: string;
  readonly start?: string;
  /** Share of all channels that torch-pruning removes. */
  readonly pruning_ratio?: number;
  /** Training: at most so many pictures and seconds. 0 pictures: none. */
  readonly images: number;
  readonly seconds: number;
  readonly recipe?: Recipe;
  /** .npy: train_crops uint8 [N,256,256,3], train_pixels and validation_pixels uint8 [N,size,size,3], labels int64 [N]. */
  readonly train_crops?: string;
  readonly train_pixels?: string;
  readonly train_labels?: string;
  readonly validation_pixels?: string;
  readonly validation_labels?: string;
  /** What is written: the weights as safetensors, and the file. */
  readonly state?: string;
  readonly onnx: string;
}

export interface MadeFile {
  readonly images_seen: number;
  readonly training_seconds: number;
  readonly validation_top1: number | null;
  readonly parameters: number;
}

/** Throws the script's own error. */
export async function makeFile(python: string, request: MakeRequest): Promise<MadeFile> {
  const file = `${request.onnx}.request.json`;
  await writeFile(file, JSON.stringify(request));
  const { code, signal, out, err } = await runChild(python, [SCRIPT, file]);
  if (code !== 0) throw new Error(lastLine(err) ?? `ended with ${signal ?? code}`);
  return JSON.parse(out.trim().split("\n").at(-1)!) as MadeFile;
}
