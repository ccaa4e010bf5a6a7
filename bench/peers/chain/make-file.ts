// One fp32 file of a peer, made by make_file.py in the project's environment.
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { lastLine } from "../sides.ts";

const SCRIPT = fileURLToPath(new URL("make_file.py", import.meta.url));

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
  return new Promise((done, fail) => {
    const child = spawn(python, [SCRIPT, file], { stdio: ["ignore", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      out += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      err = (err + chunk).slice(-20_000);
    });
    child.on("error", fail);
    child.on("close", (code, signal) => {
      if (code === 0) done(JSON.parse(out.trim().split("\n").at(-1)!) as MadeFile);
      else fail(new Error(lastLine(err) ?? `ended with ${signal ?? code}`));
    });
  });
}
