// How loud the noise is that rounding adds to weights.
import { floats } from "../onnx/tensor-data.ts";
import type { InsertedLayer } from "./insert.ts";
import { dequantizedWeight } from "./weights.ts";

/** 10 log10 of signal over noise by layer, then their mean; a layer without any noise counts as float32's own. */
export function meanWeightSqnr(layers: readonly InsertedLayer[]): number {
  const decibels = layers.map(({ layer, weight }) => {
    const rounded = dequantizedWeight(layer, weight);
    let [signal, noise] = [0, 0];
    floats(layer.weight).forEach((exact, at) => {
      signal += exact * exact;
      noise += (rounded[at]! - exact) ** 2;
    });
    return 10 * Math.log10(Math.max(signal, Number.MIN_VALUE) / Math.max(noise, signal * 2 ** -48, Number.MIN_VALUE));
  });
  return decibels.reduce((sum, value) => sum + value, 0) / decibels.length;
}
