// An artifact folder, opened for prediction: the decoder, the preprocessing and the model that it was measured with.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Preprocessing } from "../core/artifact/preprocessing.ts";
import { parseLabels, parsePreprocessing } from "../core/artifact/read-preprocessing.ts";
import { DecantError, type Problem } from "../core/errors/problem.ts";
import { type RefusedImage, refuseFileSize } from "../core/pixels/image-limits.ts";
import { decodeImage, isRefused } from "./image-decoder/decode-image.ts";
import { openModel } from "./latency/session.ts";

export interface Predictor {
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  /** Logits of an image file's bytes, [classes]; or the reason why it is no acceptable image. */
  logits(bytes: Uint8Array): Promise<Float32Array | RefusedImage>;
}

/** Throws InvalidInput where files are missing or malformed, InvalidModel where the model doesn't fit them. */
export async function openPredictor(folder: string, threads: number): Promise<Predictor> {
  const problems: Problem[] = [];
  const preprocessingText = await readText(folder, "preprocessing.json", problems);
  const labelsText = await readText(folder, "labels.txt", problems);
  const modelPath = join(folder, "model.onnx");
  if (!(await isFile(modelPath)))
    problems.push({ message: "expected a model, but the file is missing", where: modelPath });
  const preprocessing = parsePreprocessing(preprocessingText ?? "{}");
  if (preprocessingText !== undefined && !("input_size" in preprocessing)) {
    const prefix = join(folder, "preprocessing.json");
    problems.push(
      ...preprocessing.map(({ message, where }) => ({ message, where: `${prefix} ${where ?? ""}`.trim() })),
    );
  }
  if (problems.length > 0 || !("input_size" in preprocessing)) throw new DecantError("InvalidInput", problems);
  const labels = parseLabels(labelsText ?? "");
  const model = await openModel(modelPath, threads);
  const size = preprocessing.input_size;
  return {
    labels,
    preprocessing,
    async logits(bytes) {
      const image = await decodeImage(bytes, { sizes: [size], resize: preprocessing.resize });
      if (isRefused(image)) return image;
      const logits = await model.run(model.feedOf(image.pixels.get(size)!, size));
      if (logits.length === labels.length) return logits;
      const message = `expected one output for each of the ${labels.length} labels, got ${logits.length}`;
      throw new DecantError("InvalidModel", [{ message, where: modelPath }]);
    },
  };
}

/** An image file's bytes; or why they can't be had. */
export async function readImageFile(path: string): Promise<Uint8Array | RefusedImage> {
  try {
    const file = await stat(path);
    if (!file.isFile()) return { reason: "unsupported", detail: "expected a file, got a folder or a device" };
    return refuseFileSize(file.size) ?? (await readFile(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return {
      reason: "unsupported",
      detail: code === "ENOENT" ? "there is no such file" : `it can't be read (${code})`,
    };
  }
}

async function readText(folder: string, name: string, problems: Problem[]): Promise<string | undefined> {
  try {
    return await readFile(join(folder, name), "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const message = `expected a file of an artifact folder, but it can't be read (${code}): is this the folder with model.onnx?`;
    problems.push({ message, where: join(folder, name) });
    return undefined;
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (file) => file.isFile(),
    () => false,
  );
}
