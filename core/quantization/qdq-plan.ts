// What the QDQ quantizers share: which nodes and values are quantized, and writing the graph for given ranges.
import { DecantError } from "../errors/problem.ts";
import type { Model } from "../onnx/graph.ts";
import { lookupOf } from "../onnx/lookup.ts";
import { floats } from "../onnx/tensor-data.ts";
import type {
  QuantizationChoices,
  QuantizationPlan,
  QuantizedGraph,
  QuantizerOptions,
} from "../quantizers/quantizer.ts";
import { isCorrectable, outputShift } from "./bias-correction.ts";
import type { Calibration } from "./calibrate.ts";
import type { Histogram } from "./histogram.ts";
import { type Inserted, type InsertOptions, insertQuantization } from "./insert.ts";
import { floatPrefix } from "./prefix.ts";
import { selectNodes, weightedNode } from "./select.ts";
import { simplified } from "./simplify.ts";
import { dequantizedWeight, quantizeWeight } from "./weights.ts";

/** The first version of QuantizeLinear and DequantizeLinear with an axis. */
const OPSET_MIN = 13;

export function planQdq(
  given: Model,
  options: QuantizerOptions,
  activations: InsertOptions["activations"],
): QuantizationPlan {
  refuseUnfit(given);
  const model = simplified(given);
  const { graph, ir_version } = model;
  const prefix = options.fp32_prefix ? floatPrefix(graph, ir_version) : [];
  const selection = selectNodes(graph, ir_version, new Set([...prefix, ...options.fp32_nodes]));
  if (selection.weighted.size === 0) {
    throw new DecantError("InvalidModel", "expected a Conv, Gemm or MatMul with constant float32 weights, found none");
  }
  const lookup = lookupOf(graph, ir_version);
  const layers = [...selection.weighted].map((node) => weightedNode(node, lookup)!);
  const averaged = options.bias_correction ? layers.map(({ data }) => data) : [];
  return {
    model,
    calibration: { ranged: new Set(selection.quantized.values()), averaged: new Set(averaged) },
    // A layer's input has a range of its own where the node that would pass one on stays in fp32.
    shared_calibration: {
      ranged: new Set([...selection.quantized.values(), ...layers.map(({ data }) => data)]),
      averaged: new Set(averaged),
    },
    int8_nodes: new Set([...selection.weighted, ...selection.others].map((node) => node.outputs[0]!)),
    layers,
    apply(calibration: Calibration, choices: QuantizationChoices): QuantizedGraph {
      const { observer, portable, adaptive_rounding, learned_ranges } = choices;
      const rangeOf = (name: string, seen: Histogram) => learned_ranges?.get(name) ?? observer.range(seen);
      const ranges = new Map([...calibration.histograms].map(([name, each]) => [name, rangeOf(name, each)]));
      const inserted = insertQuantization(model, selection, ranges, {
        activations,
        weightOf: (layer, input_scale, bias) =>
          quantizeWeight(layer, {
            granularity: options.weights,
            portable,
            // Rounding together looks at the spread alone: only a corrected bias keeps the mean.
            moments:
              adaptive_rounding && isCorrectable(layer, calibration.means.get(layer.data))
                ? calibration.moments.get(layer.node)
                : undefined,
            input_scale,
            bias,
          }),
        biasCorrection(layer, weight) {
          const mean = calibration.means.get(layer.data);
          const shift = mean && outputShift(layer, weight, mean);
          return shift?.every(Number.isFinite) ? shift : undefined;
        },
      });
      return { model: inserted.model, weight_sqnr_db: meanSqnr(inserted) };
    },
  };
}

/** 10 log10 of signal over noise by layer, then their mean; a layer without any noise counts as float32's own. */
function meanSqnr({ weights }: Inserted): number {
  const decibels = weights.map(({ layer, quantized }) => {
    const rounded = dequantizedWeight(layer, quantized);
    let [signal, noise] = [0, 0];
    floats(layer.weight).forEach((exact, at) => {
      signal += exact * exact;
      noise += (rounded[at]! - exact) ** 2;
    });
    return 10 * Math.log10(Math.max(signal, Number.MIN_VALUE) / Math.max(noise, signal * 2 ** -48, Number.MIN_VALUE));
  });
  return decibels.reduce((sum, value) => sum + value, 0) / decibels.length;
}

function refuseUnfit(model: Model): void {
  const opset = model.opsets.get("") ?? 0;
  if (opset < OPSET_MIN) {
    const message = `expected ONNX operators of version ${OPSET_MIN} or newer, got ${opset}; export the model with opset 17`;
    throw new DecantError("InvalidModel", message);
  }
  const already = model.graph.nodes.find((node) =>
    /^(QLinear|QuantizeLinear|DequantizeLinear|ConvInteger)/.test(node.op),
  );
  if (already !== undefined) {
    const message = `expected a float model, but ${already.name || already.op} is quantized already (${already.op})`;
    throw new DecantError("InvalidModel", message);
  }
}
