// An artifact folder, opened for prediction: the decoder, the preprocessing and the model that it was measured with.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import type { Preprocessing } from "../core/artifact/preprocessing.ts";
import { parseLabels, parsePreprocessing } from "../core/artifact/read-preprocessing.ts";
import { DecantError, type Problem } from "../core/errors/problem.ts";
import { type RefusedImage, refuseFileSize } from "../core/pixels/image-limits.ts";
import { toTensor } from "../core/pixels/planar.ts";
import { decodeImage, isRefused } from "./image-decoder/decode-image.ts";
import { openSession, SESSION_DEFAULTS } from "./onnx-runtime/session.ts";

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
  const session = await openSession(await readFile(modelPath), { ...SESSION_DEFAULTS, threads }, modelPath);
  const size = preprocessing.input_size;
  return {
    labels,
    preprocessing,
    async logits(bytes) {
      const image = await decodeImage(bytes, { sizes: [size], resize: preprocessing.resize });
      if (isRefused(image)) return image;
      const images = new ort.Tensor("uint8", toTensor(image.pixels.get(size)!), [1, 3, size, size]);
      const logits = (await run(session, images, modelPath)).data;
      if (logits instanceof Float32Array && logits.length === labels.length) return logits;
      const message = `expected a float32 output for each of the ${labels.length} labels, got ${logits.length} values`;
      throw new DecantError("InvalidModel", [{ message, where: modelPath }]);
    },
  };
}

/** Throws InvalidModel where the model doesn't take the images: another input size or type than preprocessing.json says. */
async function run(session: ort.InferenceSession, images: ort.Tensor, where: string): Promise<ort.Tensor> {
  try {
    return (await session.run({ [session.inputNames[0] ?? ""]: images }))[session.outputNames[0] ?? ""]!;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `expected a model that takes uint8 [${images.dims.join(", ")}], but it answered: ${reason}`;
    throw new DecantError("InvalidModel", [{ message, where }], { cause });
  }
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
