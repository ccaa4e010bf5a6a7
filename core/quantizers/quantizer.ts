// What a quantizer is: it says which values it needs ranges of, and then writes a graph for given ranges.
import type { Model } from "../onnx/graph.ts";
import type { Calibration, CalibrationRequest } from "../quantization/calibrate.ts";
import type { Observer } from "../quantization/observer.ts";
import type { WeightGranularity } from "../quantization/weights.ts";

export interface QuantizerOptions {
  readonly weights: WeightGranularity;
  /** Leaves the stem, and a depthwise convolution right behind it, in fp32. */
  readonly fp32_prefix: boolean;
  /** Nodes that stay in fp32, by name or first output. */
  readonly fp32_nodes: readonly string[];
  readonly bias_correction: boolean;
}

export interface QuantizationPlan {
  /** The model in the form that will be quantized; computes what the given one does. */
  readonly model: Model;
  readonly calibration: CalibrationRequest;
  /** Operators whose nodes compute in int8, by first output. */
  readonly int8_nodes: ReadonlySet<string>;
  /** The quantized model for what was observed. */
  apply(calibration: Calibration, observer: Observer): Model;
}

export interface Quantizer {
  /** The name in records; the file's name. */
  readonly key: string;
  readonly description: string;
  /** Throws InvalidModel where the model can't be quantized. */
  plan(model: Model, options: QuantizerOptions): QuantizationPlan;
}

export const QUANTIZER_DEFAULTS: QuantizerOptions = {
  weights: "per-channel",
  fp32_prefix: true,
  fp32_nodes: [],
  bias_correction: true,
};
