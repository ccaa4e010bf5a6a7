// A network as the quantizer writes it, with made-up ranges and plainly rounded weights: integer kernels take as long for any.
import type { Model } from "../onnx/graph.ts";
import { added, emptyHistogram } from "../quantization/histogram.ts";
import { minMax } from "../quantization/observer.ts";
import type { Quantizer, QuantizerOptions } from "../quantizers/quantizer.ts";

/** No wider than what the activations of common networks clip to, so that they are dropped as in the real file. */
const RANGE = Float32Array.of(0, 6);

export function quantizedForTiming(model: Model, quantizer: Quantizer, options: QuantizerOptions): Model {
  const plan = quantizer.plan(model, options);
  const histogram = added(emptyHistogram(), RANGE);
  const histograms = new Map([...plan.calibration.ranged].map((value) => [value, histogram]));
  const calibration = { histograms, means: new Map(), moments: new Map() };
  return plan.apply(calibration, { observer: minMax, portable: false }).model;
}
