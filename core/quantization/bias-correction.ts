// Local bias correction (Nagel et al. 2019, arXiv:1906.04721, section 4.2, with measured means): rounding a layer's
// weights shifts the mean of its outputs; the shift, known from the mean input, is taken out of the bias.
import { floats } from "../onnx/tensor-data.ts";
import { type MeanMap, meanOutput } from "./convolve-mean.ts";
import type { WeightedNode } from "./select.ts";
import { dequantizedWeight, type QuantizedWeight } from "./weights.ts";

/** By output channel: mean of the quantized layer's output minus the float layer's, for the same inputs. */
export function outputShift(layer: WeightedNode, quantized: QuantizedWeight, input: MeanMap): Float32Array | undefined {
  const exact = floats(layer.weight);
  const rounded = dequantizedWeight(layer.weight, layer.channel_axis, quantized);
  const error = rounded.map((value, at) => value - exact[at]!);
  return meanOutput(layer, error, input);
}
