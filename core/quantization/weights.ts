// Weights to symmetric int8, per output channel or per tensor, and biases to int32 at input scale times weight scale.

import type { Tensor } from "../onnx/graph.ts";
import { elementCount, floats } from "../onnx/tensor-data.ts";
import { biasScale, INT8_SYMMETRIC, INT32, quantize, weightScale } from "./arithmetic.ts";

export type WeightGranularity = "per-channel" | "per-tensor";

export interface QuantizedWeight {
  readonly values: Int8Array;
  /** One a channel, or a single one. */
  readonly scales: Float32Array;
}

/** Biases stay below this many steps, so that a correction can't overflow int32. */
const BIAS_STEPS_MAX = 2 ** 30;

/**
 * Quantizes a weight of any shape along `axis`. `bias` widens the scale of a channel whose bias would not fit int32.
 */
export function quantizeWeight(
  weight: Tensor,
  axis: number,
  granularity: WeightGranularity,
  bias: { readonly values: Float32Array; readonly input_scale: number } | undefined,
): QuantizedWeight {
  const values = floats(weight);
  const channels = weight.dims[axis]!;
  const inner = elementCount(weight.dims.slice(axis + 1));
  const channelOf = (at: number) => Math.floor(at / inner) % channels;
  const largest = new Float32Array(channels);
  for (let at = 0; at < values.length; at += 1) {
    const channel = channelOf(at);
    largest[channel] = Math.max(largest[channel]!, Math.abs(values[at]!));
  }
  if (granularity === "per-tensor") largest.fill(largest.reduce((a, b) => Math.max(a, b), 0));
  const scales = largest.map(weightScale);
  if (bias !== undefined) widenForBias(scales, bias, granularity);
  const integers = Int8Array.from(values, (value, at) =>
    quantize(value, { scale: scales[channelOf(at)]!, zero_point: 0 }, INT8_SYMMETRIC),
  );
  return { values: integers, scales: granularity === "per-tensor" ? scales.slice(0, 1) : scales };
}

function widenForBias(
  scales: Float32Array,
  bias: { readonly values: Float32Array; readonly input_scale: number },
  granularity: WeightGranularity,
): void {
  const needed = bias.values.map((value) => Math.abs(value) / (bias.input_scale * BIAS_STEPS_MAX));
  if (granularity === "per-tensor") needed.fill(needed.reduce((a, b) => Math.max(a, b), 0));
  scales.forEach((scale, channel) => {
    scales[channel] = Math.max(scale, needed[channel]!);
  });
}

/** Scales and int32 steps of a bias. */
export function quantizeBias(
  bias: Float32Array,
  inputScale: number,
  weightScales: Float32Array,
): { readonly values: Int32Array; readonly scales: Float32Array } {
  const scales = weightScales.map((scale) => biasScale(inputScale, scale));
  const values = Int32Array.from(bias, (value, channel) =>
    quantize(value, { scale: scales[scales.length === 1 ? 0 : channel]!, zero_point: 0 }, INT32),
  );
  return { values, scales };
}

/** The weight as the quantized model sees it. */
export function dequantizedWeight(weight: Tensor, axis: number, { values, scales }: QuantizedWeight): Float32Array {
  const channels = weight.dims[axis]!;
  const inner = elementCount(weight.dims.slice(axis + 1));
  return Float32Array.from(values, (value, at) => {
    const channel = scales.length === 1 ? 0 : Math.floor(at / inner) % channels;
    return value * scales[channel]!;
  });
}
