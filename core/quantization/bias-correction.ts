// Local bias correction (Nagel et al. 2019, arXiv:1906.04721, section 4.2, with measured means): rounding a layer's
// weights shifts the mean of its outputs; the shift, known from the mean input, is taken out of the bias.
import { floats } from "../onnx/tensor-data.ts";
import { type MeanMap, meanOutput } from "./convolve-mean.ts";
import type { WeightedNode } from "./select.ts";
import { dequantizedWeight, type QuantizedWeight } from "./weights.ts";

/** By output channel: mean of the quantized layer's output minus the float layer's, for the same inputs. */
export function outputShift(layer: WeightedNode, quantized: QuantizedWeight, input: MeanMap): Float32Array | undefined {
  const exact = floats(layer.weight);
  const rounded = dequantizedWeight(layer, quantized);
  const error = rounded.map((value, at) => value - exact[at]!);
  return meanOutput(layer, error, input);
}

/** Whether a layer has a bias to take a shift out of, and means that its outputs can be followed from. */
export function isCorrectable(layer: WeightedNode, input: MeanMap | undefined): boolean {
  if (input === undefined || layer.node.op === "MatMul") return false;
  return meanOutput(layer, floats(layer.weight), input)?.every(Number.isFinite) ?? false;
}
