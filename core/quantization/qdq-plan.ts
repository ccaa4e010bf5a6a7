// What the QDQ quantizers share: which nodes and values are quantized, and writing the graph for given ranges.
import { DecantError } from "../errors/problem.ts";
import type { Model } from "../onnx/graph.ts";
import { lookupOf } from "../onnx/lookup.ts";
import type {
  QuantizationChoices,
  QuantizationPlan,
  QuantizedGraph,
  QuantizerOptions,
} from "../quantizers/quantizer.ts";
import { outputShift } from "./bias-correction.ts";
import type { Calibration } from "./calibrate.ts";
import type { Histogram } from "./histogram.ts";
import { type InsertOptions, insertQuantization } from "./insert.ts";
import { floatPrefix } from "./prefix.ts";
import { selectNodes, type WeightedNode, weightedNode } from "./select.ts";
import { simplified } from "./simplify.ts";
import {
  type QuantizedWeight,
  quantizeWeight,
  smallestScales,
  type WeightGranularity,
  type WeightOptions,
} from "./weights.ts";

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
  const nearest = nearestWeights(options.weights);
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
      const { observer, learned_ranges } = choices;
      const rangeOf = (name: string, seen: Histogram) => learned_ranges?.get(name) ?? observer.range(seen);
      const ranges = new Map([...calibration.histograms].map(([name, each]) => [name, rangeOf(name, each)]));
      return insertQuantization(model, selection, ranges, {
        activations,
        ...constantsOf(calibration, choices, options.weights, nearest),
      });
    },
  };
}

/** Weights and what is taken out of biases: as settled before, or fitted to moments, or nearest and by the mean input. */
function constantsOf(
  calibration: Calibration,
  { fitted, moments, portable }: QuantizationChoices,
  granularity: WeightGranularity,
  nearest: NearestWeights,
): Pick<InsertOptions, "weightOf" | "biasCorrection"> {
  return {
    weightOf(layer, input_scale, bias) {
      const settled = fitted?.get(layer.node);
      if (settled !== undefined) return settled.weight;
      const rounding = moments?.get(layer.node)?.rounding;
      const options = { granularity, portable, input_scale, bias };
      return rounding ? quantizeWeight(layer, { ...options, moments: rounding }) : nearest(layer, options);
    },
    biasCorrection(layer, weight) {
      const settled = fitted?.get(layer.node);
      if (settled !== undefined) return settled.correction;
      const own = moments?.get(layer.node);
      const mean = own?.mean ?? calibration.means.get(layer.data);
      const shift = mean && outputShift(layer, weight, mean);
      if (!shift?.every(Number.isFinite)) return undefined;
      return own === undefined ? shift : shift.map((value, channel) => value - own.lack[channel]!);
    },
  };
}

type NearestWeights = (layer: WeightedNode, options: Omit<WeightOptions, "granularity" | "moments">) => QuantizedWeight;

/** Rounds a layer's weights once for all ranges that leave its scales alike: trying ranges asks for the same ones again. */
function nearestWeights(granularity: WeightGranularity): NearestWeights {
  const known = new Map<string, QuantizedWeight>();
  return (layer, options) => {
    const all = { ...options, granularity };
    const key = `${layer.node.outputs[0]} ${options.portable} ${smallestScales(layer, all).join()}`;
    const weight = known.get(key) ?? quantizeWeight(layer, all);
    known.set(key, weight);
    return weight;
  };
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
