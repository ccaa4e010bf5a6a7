// Weights to symmetric int8, per output channel or per tensor, and biases to int32 at input scale times weight scale.
import { floats } from "../onnx/tensor-data.ts";
import { biasScale, INT32, quantize, weightScale } from "./arithmetic.ts";
import { improveRounding } from "./improve-rounding.ts";
import { type InputSpread, type RoundingMoments, spreadOf } from "./layer-moments.ts";
import { type ReductionOrder, reductionOrder } from "./reduction-order.ts";
import { roundChannel, squaredError } from "./round-channel.ts";
import type { WeightedNode } from "./select.ts";

export type WeightGranularity = "per-channel" | "per-tensor";

export interface QuantizedWeight {
  readonly values: Int8Array;
  /** One a channel, or a single one. */
  readonly scales: Float32Array;
}

export interface WeightOptions {
  readonly granularity: WeightGranularity;
  /** No pair of weights may overflow in a saturating kernel; see pair-limit.ts. */
  readonly portable: boolean;
  /** What is known of the layer's inputs: then rounding minimizes the error of outputs, not of weights. */
  readonly moments?: RoundingMoments | undefined;
  /** Scale of the input, and the bias, which widens the scale of a channel whose bias would not fit int32. */
  readonly input_scale: number;
  readonly bias: Float32Array | undefined;
}

/** Biases stay below this many steps, so that a correction can't overflow int32. */
const BIAS_STEPS_MAX = 2 ** 30;

/** A scale may grow up to the point where no pair breaks the limit: twice, in steps of a thirty-second. */
const GROWTH = Array.from({ length: 33 }, (_, step) => 1 + step / 32);

export function quantizeWeight(layer: WeightedNode, options: WeightOptions): QuantizedWeight {
  const values = floats(layer.weight);
  const order = reductionOrder(layer.node, layer.weight.dims, layer.channel_axis);
  const { moments, granularity } = options;
  const limited = options.portable && order.paired;
  const channels = Array.from({ length: order.channels }, (_, channel) => {
    const spread = moments && spreadOf(moments, channel, order);
    return { exact: channelOf(values, order, channel), spread };
  });
  const smallest = scalesOf(
    channels.map(({ exact }) => exact),
    options,
  );
  const scales = limited ? grownScales(channels, smallest, granularity) : smallest;
  const integers = new Int8Array(values.length);
  const steps = new Int8Array(order.length);
  channels.forEach(({ exact, spread }, channel) => {
    roundChannel(exact, scales[channel]!, limited, steps);
    if (spread) improveRounding(exact, scales[channel]!, limited, spread, steps);
    const start = channel * order.channel_stride;
    for (let at = 0; at < order.length; at += 1) integers[start + order.offsets[at]!] = steps[at]!;
  });
  return { values: integers, scales: granularity === "per-tensor" ? scales.slice(0, 1) : scales };
}

/** The scales at which the largest weights are 127 and biases fit; all that ranges have to do with a layer's weights. */
export function smallestScales(layer: WeightedNode, options: WeightOptions): Float32Array {
  const values = floats(layer.weight);
  const order = reductionOrder(layer.node, layer.weight.dims, layer.channel_axis);
  const channels = Array.from({ length: order.channels }, (_, channel) => channelOf(values, order, channel));
  return scalesOf(channels, options);
}

interface Channel {
  /** Weights in the order of the reduction. */
  readonly exact: Float64Array;
  readonly spread: InputSpread | undefined;
}

function channelOf(values: Float32Array, { channel_stride, offsets }: ReductionOrder, channel: number): Float64Array {
  const start = channel * channel_stride;
  return Float64Array.from(offsets, (offset) => values[start + offset]!);
}

/** The scale by channel at which its largest weight is 127 and its bias fits. */
function scalesOf(channels: readonly Float64Array[], options: WeightOptions): Float32Array {
  const scales = Float32Array.from(channels, (exact, channel) => {
    const largest = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const forBias = Math.abs(options.bias?.[channel] ?? 0) / (options.input_scale * BIAS_STEPS_MAX);
    return Math.max(weightScale(largest), forBias);
  });
  return options.granularity === "per-tensor" ? scales.fill(scales.reduce((a, b) => Math.max(a, b), 0)) : scales;
}

/** Scales of least squared error under the pair limit: larger ones round more coarsely, but the limit moves fewer weights. */
function grownScales(
  channels: readonly Channel[],
  smallest: Float32Array,
  granularity: WeightGranularity,
): Float32Array {
  if (granularity === "per-channel") {
    return smallest.map((scale, at) => scale * bestGrowth([channels[at]!], scale));
  }
  const growth = bestGrowth(channels, smallest[0]!);
  return smallest.map((scale) => scale * growth);
}

function bestGrowth(channels: readonly Channel[], scale: number): number {
  let [best, least] = [1, Infinity];
  for (const growth of GROWTH) {
    const grown = Math.fround(scale * growth);
    let [error, moved] = [0, false];
    for (const { exact, spread } of channels) {
      const steps = new Int8Array(exact.length);
      moved = !roundChannel(exact, grown, true, steps) || moved;
      error += squaredError(exact, grown, steps, spread?.variances);
    }
    if (error < least) [best, least] = [growth, error];
    // Where the limit moves no weight any more, a larger scale can only do worse.
    if (!moved) break;
  }
  return best;
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
export function dequantizedWeight(
  { node, weight, channel_axis }: WeightedNode,
  { values, scales }: QuantizedWeight,
): Float32Array {
  const { channels, channel_stride, offsets } = reductionOrder(node, weight.dims, channel_axis);
  const exact = new Float32Array(values.length);
  for (let channel = 0; channel < channels; channel += 1) {
    const scale = scales[scales.length === 1 ? 0 : channel]!;
    for (const offset of offsets) {
      const at = channel * channel_stride + offset;
      exact[at] = values[at]! * scale;
    }
  }
  return exact;
}
