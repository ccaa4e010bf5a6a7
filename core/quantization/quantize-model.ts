// Post-training quantization from float bytes to int8 bytes: calibrate, try each observer, keep the one whose output is
// closest to the float model's on samples that calibration has not seen.
import type { Model } from "../onnx/graph.ts";
import { writeModel } from "../onnx/write-model.ts";
import type { QuantizationPlan } from "../quantizers/quantizer.ts";
import { klBySample } from "../statistics/divergence.ts";
import { type Logits, predictedClasses } from "../statistics/logits.ts";
import { calibrate } from "./calibrate.ts";
import { minMax, type Observer, type ObserverName, percentile, squaredError } from "./observer.ts";
import type { ModelRuntime, ModelSamples } from "./runtime.ts";

/** Clips one value in ten thousand, half at either end. */
const PERCENTILE_COVERAGE = 0.9999;

const OBSERVERS: readonly Observer[] = [minMax, percentile(PERCENTILE_COVERAGE), squaredError];

export interface QuantizeModelRequest {
  readonly model: Model;
  /** A quantizer's plan for the model. */
  readonly plan: QuantizationPlan;
  readonly calibration: ModelSamples;
  readonly held_back: ModelSamples;
  readonly runtime: ModelRuntime;
  readonly progress?: (message: string) => void;
}

export interface QuantizedModel {
  readonly model: Model;
  readonly observer: ObserverName;
  readonly kl_by_observer: Readonly<Record<string, number>>;
  /** Held-back samples on which both models answer the same class. */
  readonly agreement: { readonly count: number; readonly n: number };
  readonly int8_nodes: ReadonlySet<string>;
  /** The float model in the form that was quantized: its nodes are those that int8_nodes speaks of. */
  readonly float_model: Model;
}

export async function quantizeModel(request: QuantizeModelRequest): Promise<QuantizedModel> {
  const { model, plan, runtime, held_back, progress } = request;
  progress?.(`calibrating on ${request.calibration.count} samples`);
  const calibration = await calibrate(plan.model, plan.calibration, request.calibration, runtime);
  const reference = await runtime.logits(writeModel(model), held_back);
  const tried: { observer: ObserverName; model: Model; kl: number; logits: Logits }[] = [];
  for (const observer of OBSERVERS) {
    progress?.(`trying ${observer.name} ranges on ${held_back.count} held-back samples`);
    const quantized = plan.apply(calibration, observer);
    const logits = await runtime.logits(writeModel(quantized), held_back);
    tried.push({ observer: observer.name, model: quantized, kl: mean(klBySample(reference, logits)), logits });
  }
  const best = tried.reduce((a, b) => (b.kl < a.kl ? b : a));
  return {
    model: best.model,
    observer: best.observer,
    kl_by_observer: Object.fromEntries(tried.map(({ observer, kl }) => [observer, kl])),
    agreement: agreement(reference, best.logits),
    int8_nodes: plan.int8_nodes,
    float_model: plan.model,
  };
}

function agreement(a: Logits, b: Logits): { count: number; n: number } {
  const other = predictedClasses(b);
  return { count: predictedClasses(a).filter((predicted, at) => predicted === other[at]).length, n: a.count };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
