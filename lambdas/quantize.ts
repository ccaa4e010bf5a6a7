// Quantize: a candidate's fp32 file to int8, calibrated on training samples; both files with metadata that says what they are.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { modelRuntime } from "../adapters/onnx-runtime/model-runtime.ts";
import { packedSamples } from "../adapters/onnx-runtime/packed-samples.ts";
import { type OpenSplit, openSplit } from "../adapters/packed-arrays.ts";
import { preprocessing } from "../core/artifact/preprocessing.ts";
import type { Model } from "../core/onnx/graph.ts";
import { readModel } from "../core/onnx/read-model.ts";
import { writeModel } from "../core/onnx/write-model.ts";
import { chooseSamples } from "../core/quantization/choose-samples.ts";
import { describeQuantized } from "../core/quantization/describe.ts";
import { type Learned, learnedRanges } from "../core/quantization/learned.ts";
import { modelMetadata } from "../core/quantization/model-metadata.ts";
import { type QuantizedModel, quantizeModel } from "../core/quantization/quantize-model.ts";
import type { ModelSamples } from "../core/quantization/runtime.ts";
import { quantizerFor } from "../core/quantizers/list.ts";
import { QUANTIZER_DEFAULTS, type Quantizer } from "../core/quantizers/quantizer.ts";
import type { StepPointer } from "../core/store/store.ts";
import { targetArchitecture } from "../core/targets/list.ts";
import type { CandidatePayload } from "../core/workflow/payload.ts";
import { type PrecisionTimes, QUANTIZED_FILES, type QuantizedOutput } from "../core/workflow/records/measurement.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import type { PreparedData } from "../core/workflow/records/prepared-data.ts";
import type { CompressedOutput, LearnedRanges, TrainedForInt8 } from "../core/workflow/records/training.ts";
import { required } from "./required.ts";
import { pointerOf, readOutput, runStep } from "./run-step.ts";
import type { Services } from "./services.ts";
import { precisionTimes } from "./time-precisions.ts";

/** Pictures; each costs a forward pass for every observer. Chosen by judgement: no comparison of counts was made. */
const SAMPLES = { calibration: 256, held_back: 64, unseen: 256 };

export async function quantize(payload: CandidatePayload, services: Services): Promise<StepPointer> {
  const plan = await readOutput<PlanRecord>(services, required(payload.plan, "plan", "Quantize"));
  const data = required(payload.data, "data", "Quantize");
  const compressed = required(payload.compressed, "the compressed model", "Quantize");
  const quantizer = quantizerFor(targetArchitecture(plan.target.device, services.machine));
  const { files } = await readOutput<CompressedOutput>(services, compressed);
  const compressedFolder = await services.files.folderOf(compressed);
  const float = readModel(await readFile(join(compressedFolder, files.onnx)), files.onnx);
  const precision = await precisionTimes(services, plan, float.model, quantizer);
  const request = {
    step: "quantize" as const,
    upstream: [data, compressed, ...(precision ? [precision.pointer] : [])],
    slice: {
      input_size: payload.candidate.input_size,
      quantizer: quantizer.key,
      options: QUANTIZER_DEFAULTS,
      samples: SAMPLES,
      task: plan.task,
      manifest_hash: plan.manifest_hash,
    },
    environment: {
      seed: plan.seed,
      threads: plan.threads,
      architecture: services.machine.architecture,
      onnxruntime: services.machine.versions["onnxruntime-node"] ?? null,
    },
  };
  const { key } = pointerOf(services, request);
  const { pointer } = await runStep<QuantizedOutput>(services, request, async (folder) =>
    quantizeFile(services, plan, data, {
      ...float,
      trained: await readTrained(compressedFolder, files.trained_for_int8),
      size: payload.candidate.input_size,
      quantizer,
      precision: precision?.output,
      key,
      folder,
    }),
  );
  return pointer;
}

interface Writing {
  readonly model: Model;
  readonly dropped_fields: Readonly<Record<string, number>>;
  readonly precision: PrecisionTimes | undefined;
  readonly trained: Omit<Learned, "unseen"> | undefined;
  readonly size: number;
  readonly quantizer: Quantizer;
  readonly key: string;
  readonly folder: string;
}

async function quantizeFile(
  services: Services,
  plan: PlanRecord,
  dataPointer: StepPointer,
  { model, dropped_fields, size, quantizer, precision, trained, key, folder }: Writing,
): Promise<QuantizedOutput> {
  const data = await readOutput<PreparedData>(services, dataPointer);
  const dataFolder = await services.files.folderOf(dataPointer);
  const split = openSplit(dataFolder, data, "train", size);
  // Opened only for a choice that training samples can't make any more.
  const validation = trained && openSplit(dataFolder, data, "validation", size);
  try {
    const chosen = chooseSamples(split.labels, SAMPLES, plan.seed);
    const result = await quantizeModel({
      model,
      quantizer,
      options: QUANTIZER_DEFAULTS,
      precision,
      calibration: packedSamples(model, split, chosen.calibration),
      held_back: packedSamples(model, split, chosen.held_back),
      learned: trained && { ...trained, unseen: unseenSamples(model, validation!, plan.seed) },
      runtime: modelRuntime(plan.threads, services.signal),
      progress: (message) => services.progress({ step: "quantize", message }),
    });
    const { weights } = QUANTIZER_DEFAULTS;
    const facts = {
      task: plan.task,
      classes: data.classes,
      preprocessing: preprocessing(size, data.resize),
      dataset_hash: plan.manifest_hash,
      step_key: key,
    };
    const samples = chosen.calibration.length;
    const overflowing_pairs = result.portability.violating_pairs;
    const quantization = { quantizer: quantizer.key, observer: result.observer, weights, samples, overflowing_pairs };
    const bytes = writeModel({ ...result.model, metadata: modelMetadata({ ...facts, quantization }) });
    await writeFile(join(folder, QUANTIZED_FILES.int8), bytes, { flag: "wx" });
    const metadata = modelMetadata({ ...facts, quantization: { quantizer: "none" } });
    await writeFile(join(folder, QUANTIZED_FILES.fp32), writeModel({ ...model, metadata }), { flag: "wx" });
    return {
      ...outputOf(quantizer, result, bytes.length),
      calibration_count: chosen.calibration.length,
      dropped_fields,
    };
  } finally {
    split.close();
    validation?.close();
  }
}

async function readTrained(folder: string, files: TrainedForInt8 | undefined): Promise<Writing["trained"]> {
  if (files === undefined) return undefined;
  const { model } = readModel(await readFile(join(folder, files.onnx)), files.onnx);
  const record: LearnedRanges = JSON.parse(await readFile(join(folder, files.ranges), "utf8"));
  return { model, ranges: learnedRanges(record) };
}

/** Validation samples, as many of each class as go. */
function unseenSamples(model: Model, validation: OpenSplit, seed: number): ModelSamples {
  const { calibration } = chooseSamples(validation.labels, { calibration: SAMPLES.unseen, held_back: 0 }, seed);
  return packedSamples(model, validation, calibration);
}

function outputOf(
  quantizer: Quantizer,
  result: QuantizedModel,
  sizeBytes: number,
): Omit<QuantizedOutput, "calibration_count" | "dropped_fields"> {
  return {
    quantizer: quantizer.key,
    portability: result.portability,
    choices: result.choices,
    observer: result.observer,
    weights: QUANTIZER_DEFAULTS.weights,
    kl_by_observer: result.kl_by_observer,
    ...describeQuantized(result.float_model.graph, result.model.graph, result.int8_nodes),
    size_bytes: sizeBytes,
  };
}
