// The mean output of a layer, by output channel, when its input is the mean input: exact for the mean over samples and
// positions, borders included, since convolution is linear.
import { intAttribute, intsAttribute, stringAttribute } from "../onnx/attributes.ts";
import type { WeightedNode } from "./select.ts";

export interface MeanMap {
  /** Mean over samples, in the layout of the tensor without its batch axis. */
  readonly values: Float64Array;
  /** [C, H, W] for a Conv, [K] for a Gemm. */
  readonly dims: readonly number[];
}

/** Sum over the kernel, mean over positions. Undefined for layers that this can't follow (three dimensions, SAME padding). */
export function meanOutput(layer: WeightedNode, weight: Float32Array, input: MeanMap): Float32Array | undefined {
  if (layer.node.op === "Conv") return meanConvolution(layer, weight, input);
  const features = layer.weight.dims[1 - layer.channel_axis]!;
  if (input.values.length !== features) return undefined;
  const channels = layer.weight.dims[layer.channel_axis]!;
  const step = layer.channel_axis === 0 ? 1 : channels;
  const start = layer.channel_axis === 0 ? features : 1;
  return Float32Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let at = 0; at < features; at += 1) sum += weight[channel * start + at * step]! * input.values[at]!;
    return sum;
  });
}

function meanConvolution(layer: WeightedNode, weight: Float32Array, input: MeanMap): Float32Array | undefined {
  const { node } = layer;
  const [channels, perGroup, height, width] = layer.weight.dims;
  if (layer.weight.dims.length !== 4 || input.dims.length !== 3) return undefined;
  if (stringAttribute(node, "auto_pad", "NOTSET") !== "NOTSET") return undefined;
  const groups = intAttribute(node, "group", 1);
  const strides = intsAttribute(node, "strides") ?? [1, 1];
  const dilations = intsAttribute(node, "dilations") ?? [1, 1];
  const pads = intsAttribute(node, "pads") ?? [0, 0, 0, 0];
  const [inputChannels, rows, columns] = input.dims as [number, number, number];
  if (inputChannels !== perGroup! * groups) return undefined;
  const taps = tapMeans();
  const area = height! * width!;
  return Float32Array.from({ length: channels! }, (_, channel) => {
    const group = Math.floor(channel / (channels! / groups));
    let sum = 0;
    for (let within = 0; within < perGroup!; within += 1) {
      const from = (group * perGroup! + within) * area;
      const at = (channel * perGroup! + within) * area;
      for (let tap = 0; tap < area; tap += 1) sum += weight[at + tap]! * taps[from + tap]!;
    }
    return sum;
  });

  /** Mean over output positions of what each kernel tap sees: [input channel, tap]; padding counts as 0. */
  function tapMeans(): Float64Array {
    const outRows = Math.floor((rows + pads[0]! + pads[2]! - dilations[0]! * (height! - 1) - 1) / strides[0]!) + 1;
    const outColumns = Math.floor((columns + pads[1]! + pads[3]! - dilations[1]! * (width! - 1) - 1) / strides[1]!) + 1;
    const means = new Float64Array(inputChannels * height! * width!);
    for (let channel = 0; channel < inputChannels; channel += 1) {
      for (let tap = 0; tap < height! * width!; tap += 1) {
        const top = Math.floor(tap / width!) * dilations[0]! - pads[0]!;
        const left = (tap % width!) * dilations[1]! - pads[1]!;
        let sum = 0;
        for (let row = 0; row < outRows; row += 1) {
          const y = top + row * strides[0]!;
          if (y < 0 || y >= rows) continue;
          for (let column = 0; column < outColumns; column += 1) {
            const x = left + column * strides[1]!;
            if (x >= 0 && x < columns) sum += input.values[(channel * rows + y) * columns + x]!;
          }
        }
        means[channel * height! * width! + tap] = sum / (outRows * outColumns);
      }
    }
    return means;
  }
}
