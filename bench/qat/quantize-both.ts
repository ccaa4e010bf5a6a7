// One float file to int8 in two ways: as `decant quantize` does it after training, and with the weights and ranges of training
// with simulated int8. Both by the same quantizer, calibrated on the same pictures, compared on pictures that neither saw.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { measureLogits } from "../../adapters/latency/measure.ts";
import { type NpyReader, openNpy } from "../../adapters/npy.ts";
import { modelRuntime } from "../../adapters/onnx-runtime/model-runtime.ts";
import { readModel } from "../../core/onnx/read-model.ts";
import { writeModel } from "../../core/onnx/write-model.ts";
import { toTensor } from "../../core/pixels/planar.ts";
import { calibrate } from "../../core/quantization/calibrate.ts";
import { learnedRanges } from "../../core/quantization/learned.ts";
import { minMax } from "../../core/quantization/observer.ts";
import { quantizeModel } from "../../core/quantization/quantize-model.ts";
import { type ModelSamples, spread } from "../../core/quantization/runtime.ts";
import { qdqU8s8 } from "../../core/quantizers/qdq-u8s8.ts";
import { QUANTIZER_DEFAULTS } from "../../core/quantizers/quantizer.ts";
import { agreement, top1 } from "../../core/statistics/accuracy.ts";
import { klBySample } from "../../core/statistics/divergence.ts";
import { logitsOf } from "../../core/statistics/logits.ts";
import { mean } from "../../core/statistics/mean.ts";
import type { QuantizationChoice } from "../../core/workflow/records/measurement.ts";

/** The quantizer's own numbers of pictures: lambdas/quantize.ts. */
const SAMPLES = { calibration: 256, held_back: 64 };

export interface BothRequest {
  readonly float: string;
  /** Folder with int8-trained.onnx and ranges.json. */
  readonly trained: string;
  /** Packed pictures: uint8 [N, size, size, 3]. */
  readonly train: string;
  readonly held_out: string;
  readonly held_out_labels: readonly number[];
}

export interface Closeness {
  readonly kl: number;
  readonly agreement: number;
  readonly top1: number;
}

export interface BothResult {
  readonly n: number;
  readonly top1_fp32: number;
  readonly calibrated: Closeness & { readonly choices: readonly QuantizationChoice[] };
  readonly trained: Closeness;
}

/** Writes calibrated.onnx and trained.onnx beside the trained files. */
export async function quantizeBoth(request: BothRequest): Promise<BothResult> {
  const { model } = readModel(await readFile(request.float));
  const runtime = modelRuntime(1);
  const npy = openNpy(request.train);
  const seen = spread(packed(npy), SAMPLES.calibration + SAMPLES.held_back);
  const held_back = part(seen, (at) => at % 5 === 0);
  const calibration = part(seen, (at) => at % 5 !== 0);
  const calibrated = await quantizeModel({
    model,
    quantizer: qdqU8s8,
    options: QUANTIZER_DEFAULTS,
    calibration,
    held_back,
    runtime,
  });
  await writeFile(join(request.trained, "calibrated.onnx"), writeModel(calibrated.model));

  const trained = readModel(await readFile(join(request.trained, "int8-trained.onnx"))).model;
  const ranges = learnedRanges(JSON.parse(await readFile(join(request.trained, "ranges.json"), "utf8")));
  const plan = qdqU8s8.plan(trained, { ...QUANTIZER_DEFAULTS, bias_correction: false });
  // For values without a learned range, which no network here has; and the quantizer asks for histograms.
  const observed = await calibrate(
    plan.model,
    plan.calibration,
    part(seen, (at) => at % 16 === 0),
    runtime,
  );
  const choices = { observer: minMax, portable: true, learned_ranges: ranges };
  await writeFile(join(request.trained, "trained.onnx"), writeModel(plan.apply(observed, choices).model));
  npy.close();
  return compare(request, calibrated.choices);
}

async function compare(request: BothRequest, choices: readonly QuantizationChoice[]): Promise<BothResult> {
  const paths = [request.float, join(request.trained, "calibrated.onnx"), join(request.trained, "trained.onnx")];
  const models = paths.map((path) => ({ path, npy: [request.held_out] }));
  const answer = await measureLogits({ kind: "logits", models, threads: 1 }, new AbortController().signal);
  const [float, ...others] = answer.models.map(({ logits, classes }) =>
    logitsOf(new Float32Array(Uint8Array.from(Buffer.from(logits, "base64")).buffer), classes),
  );
  const labels = request.held_out_labels;
  const [calibrated, trained] = others.map((each) => ({
    kl: mean(klBySample(float!, each)),
    agreement: agreement(float!, each).value,
    top1: top1(each, labels).value,
  }));
  return {
    n: labels.length,
    top1_fp32: top1(float!, labels).value,
    calibrated: { ...calibrated!, choices },
    trained: trained!,
  };
}

function packed(npy: NpyReader): ModelSamples {
  const [count = 0, size = 0] = npy.header.shape;
  return {
    count,
    input: async (at) => ({ name: "images", data: toTensor(npy.row(at)), dims: [1, 3, size, size] }),
  };
}

function part(samples: ModelSamples, keeps: (at: number) => boolean): ModelSamples {
  const kept = Array.from({ length: samples.count }, (_, at) => at).filter(keeps);
  return { count: kept.length, input: (at) => samples.input(kept[at]!) };
}
