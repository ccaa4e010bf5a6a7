// What a quantizer is: it says which values it needs ranges of, and then writes a graph for given ranges.
import type { Model, Node } from "../onnx/graph.ts";
import type { Calibration, CalibrationRequest } from "../quantization/calibrate.ts";
import type { InsertedLayer } from "../quantization/insert.ts";
import type { LayerMoments } from "../quantization/layer-moments.ts";
import type { Observer, Range } from "../quantization/observer.ts";
import type { WeightedNode } from "../quantization/select.ts";
import type { QuantizedWeight, WeightGranularity } from "../quantization/weights.ts";

export interface QuantizerOptions {
  readonly weights: WeightGranularity;
  /** Leaves the stem, and a depthwise convolution right behind it, in fp32. */
  readonly fp32_prefix: boolean;
  /** Nodes that stay in fp32, by name or first output. */
  readonly fp32_nodes: readonly string[];
  readonly bias_correction: boolean;
  /** What may be tried; each stays only where the output comes closer to the float model's. */
  readonly adaptive_rounding: boolean;
  readonly equalization: boolean;
}

/** What is decided anew for each graph that is written from one calibration. */
export interface QuantizationChoices {
  readonly observer: Observer;
  /** No pair of weights may overflow on a CPU whose kernels saturate; see quantization/pair-limit.ts. */
  readonly portable: boolean;
  /** Layers whose integers are settled already; see sequential-fit.ts. */
  readonly fitted?: ReadonlyMap<Node, FittedLayer> | undefined;
  /** What the other layers' integers are fitted to, where it is known; nearest rounding where it isn't. */
  readonly moments?: ReadonlyMap<Node, LayerMoments> | undefined;
  /** By value; where training left one, it stands in place of what the observer says. */
  readonly learned_ranges?: ReadonlyMap<string, Range> | undefined;
}

export interface QuantizationPlan {
  /** The model in the form that will be quantized; computes what the given one does. */
  readonly model: Model;
  readonly calibration: CalibrationRequest;
  /** What a calibration must gather to serve every variant of this plan with more layers in fp32. */
  readonly shared_calibration: CalibrationRequest;
  /** Operators whose nodes compute in int8, by first output. */
  readonly int8_nodes: ReadonlySet<string>;
  /** The layers whose weights are quantized. */
  readonly layers: readonly WeightedNode[];
  /** The quantized model for what was observed. */
  apply(calibration: Calibration, choices: QuantizationChoices): QuantizedGraph;
}

export interface FittedLayer {
  readonly weight: QuantizedWeight;
  /** What the bias is lowered by, by output channel. */
  readonly correction: Float32Array | undefined;
}

export interface QuantizedGraph {
  readonly model: Model;
  readonly layers: readonly InsertedLayer[];
}

export interface Quantizer {
  /** The name in records; the file's name. */
  readonly key: string;
  readonly description: string;
  /** Machine architectures, as Node names them, on which this form runs fastest. */
  readonly architectures: readonly string[];
  /** Whether kernels without dot-product instructions saturate on those: then its files keep the pair limit. */
  readonly saturates: boolean;
  /** Throws InvalidModel where the model can't be quantized. */
  plan(model: Model, options: QuantizerOptions): QuantizationPlan;
}

export const QUANTIZER_DEFAULTS: QuantizerOptions = {
  weights: "per-channel",
  fp32_prefix: true,
  fp32_nodes: [],
  bias_correction: true,
  adaptive_rounding: true,
  equalization: true,
};
