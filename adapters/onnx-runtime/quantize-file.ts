// Post-training quantization of an ONNX file with the pictures of a folder: file in, file out, and a record of it.
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DecantError } from "../../core/errors/problem.ts";
import type { Model } from "../../core/onnx/graph.ts";
import { readModel } from "../../core/onnx/read-model.ts";
import { MODEL_LIMITS } from "../../core/onnx/wire/limits.ts";
import { writeModel } from "../../core/onnx/write-model.ts";
import { describeQuantized } from "../../core/quantization/describe.ts";
import { type ImageInput, imageInput, withFixedInput } from "../../core/quantization/image-input.ts";
import { imageTensorMaker } from "../../core/quantization/image-tensor.ts";
import { type InputPreprocessing, inputPreprocessing } from "../../core/quantization/input-preprocessing.ts";
import { quantizeModel } from "../../core/quantization/quantize-model.ts";
import type { ModelSamples } from "../../core/quantization/runtime.ts";
import { withUint8Input } from "../../core/quantization/uint8-input.ts";
import type { Quantizer, QuantizerOptions } from "../../core/quantizers/quantizer.ts";
import type { QuantizedOutput } from "../../core/workflow/records/measurement.ts";
import { replaceFrom, writeTemporary } from "../durable-write.ts";
import { timePrecisions } from "../latency/time-precisions.ts";
import { calibrationImages } from "./calibration-images.ts";
import { modelRuntime } from "./model-runtime.ts";

export interface QuantizeFileRequest {
  readonly path: string;
  readonly output: string;
  readonly data: string;
  /** What the user said of the preprocessing: mean, std, resize, input_size. */
  readonly said: Readonly<Record<string, unknown>>;
  readonly samples: number;
  readonly uint8_input: boolean;
  readonly quantizer: Quantizer;
  readonly options: QuantizerOptions;
  /** Chooses the layers that stay in fp32 by time on this machine instead of by the fixed rule. */
  readonly time_layers: boolean;
  readonly threads: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly progress: (message: string) => void;
}

export interface QuantizeFileResult extends QuantizedOutput {
  readonly output: string;
  readonly preprocessing: InputPreprocessing & Pick<ImageInput, "layout">;
  readonly size_bytes_before: number;
  /** On held-back samples. */
  readonly agreement: { readonly count: number; readonly n: number };
  readonly left_out: readonly { readonly path: string; readonly detail: string }[];
}

/** Seconds after which no further comparison of precisions begins. */
const TIMING_LIMIT_S = 40;

/** For each calibration sample, a quarter as many are held back. */
const HELD_BACK_RATIO = 0.25;

export async function quantizeFile(request: QuantizeFileRequest): Promise<QuantizeFileResult> {
  const { path, output, quantizer, options } = request;
  if (resolve(path) === resolve(output)) {
    throw new DecantError(
      "InvalidInput",
      `expected --output to be another file than the model, got ${output} for both`,
    );
  }
  const bytes = await readModelFile(path);
  const { model: given, dropped_fields } = readModel(bytes, path);
  const { model, input, preprocessing } = await prepared(request, given);
  const plan = quantizer.plan(model, options); // an unfit model is refused before any picture is read
  refuseUnknownNodes(options.fp32_nodes, [given, plan.model]);
  const held_back = Math.max(1, Math.round(request.samples * HELD_BACK_RATIO));
  const samples = { calibration: request.samples, held_back };
  request.progress(`decoding ${samples.calibration + samples.held_back} pictures at ${preprocessing.size} px`);
  const images = await calibrationImages({ folder: request.data, samples, preprocessing, seed: request.seed });
  const tensor = imageTensorMaker(input, preprocessing);
  const sampled = (pixels: readonly Uint8Array[]): ModelSamples => ({
    count: pixels.length,
    input: async (at) => tensor(pixels[at]!),
  });
  const precision = request.time_layers
    ? await timePrecisions({
        ...request,
        model: withFixedInput(model, input, preprocessing.size),
        limit_s: TIMING_LIMIT_S,
      })
    : undefined;
  const result = await quantizeModel({
    model,
    quantizer,
    options,
    precision,
    calibration: sampled(images.calibration),
    held_back: sampled(images.held_back),
    runtime: modelRuntime(request.threads, request.signal),
    progress: request.progress,
  });
  const calibration_count = images.calibration.length;
  const quantization = {
    quantizer: quantizer.key,
    observer: result.observer,
    weights: options.weights,
    calibration_count,
    overflowing_pairs: result.portability.violating_pairs,
  };
  const metadata = new Map(given.metadata);
  metadata.set("preprocessing", JSON.stringify(preprocessingRecord(input, preprocessing)));
  metadata.set("quantization", JSON.stringify(quantization));
  const written = writeModel({ ...result.model, metadata });
  request.signal.throwIfAborted();
  await replaceFrom(await writeTemporary(resolve(output), written), resolve(output));
  return {
    quantizer: quantizer.key,
    observer: result.observer,
    weights: options.weights,
    calibration_count,
    portability: result.portability,
    choices: result.choices,
    output,
    preprocessing: { ...preprocessing, layout: input.layout },
    kl_by_observer: result.kl_by_observer,
    ...describeQuantized(result.float_model.graph, result.model.graph, result.int8_nodes),
    dropped_fields,
    size_bytes: written.length,
    size_bytes_before: bytes.length,
    agreement: result.agreement,
    left_out: images.left_out,
  };
}

/** A name that no node has would leave nothing in fp32, without a word. */
function refuseUnknownNodes(names: readonly string[], models: readonly Model[]): void {
  const known = new Set(models.flatMap(({ graph }) => graph.nodes.flatMap(({ name, outputs }) => [name, outputs[0]])));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new DecantError(
    "InvalidInput",
    unknown.map((name) => ({
      message: `expected --fp32 to name a node of the model or its first output, got ${name}; decant profile lists them`,
      where: name,
    })),
  );
}

/** The model to quantize, with pixels as its input where that is asked for. */
async function prepared(
  request: QuantizeFileRequest,
  given: Model,
): Promise<{ model: Model; input: ImageInput; preprocessing: InputPreprocessing }> {
  const input = imageInput(given);
  const file = await textOf(join(dirname(request.path), "preprocessing.json"));
  const metadata = given.metadata.get("preprocessing");
  const preprocessing = inputPreprocessing(input, { options: request.said, file, metadata });
  const { normalization } = preprocessing;
  if (!request.uint8_input || normalization === null) return { model: given, input, preprocessing };
  return {
    model: withUint8Input(given, input, normalization),
    input: { ...input, element: "uint8" },
    preprocessing: { ...preprocessing, normalization: null },
  };
}

/** In the words of preprocessing.json, with mean and std where the caller normalises. */
function preprocessingRecord(input: ImageInput, { size, resize, normalization }: InputPreprocessing) {
  const record = { input_size: size, resize, layout: input.layout, dtype: input.element, channel_order: "RGB" };
  return normalization === null ? record : { ...record, ...normalization };
}

async function readModelFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message =
      code === "ERR_FS_FILE_TOO_LARGE"
        ? `expected a model of at most ${MODEL_LIMITS.file_size_bytes} bytes`
        : `expected an ONNX file, but it can't be read (${code})`;
    throw new DecantError("InvalidInput", [{ message, where: path }], { cause });
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
