// Static quantization in QDQ form: uint8 activations, symmetric int8 weights. The form that ONNX Runtime's CPU kernels
// turn into integer operators; measured fastest and closest to fp32 on x86 with VNNI.
import { DecantError } from "../errors/problem.ts";
import type { Model } from "../onnx/graph.ts";
import { lookupOf } from "../onnx/lookup.ts";
import { outputShift } from "../quantization/bias-correction.ts";
import type { Calibration } from "../quantization/calibrate.ts";
import { insertQuantization } from "../quantization/insert.ts";
import type { Observer } from "../quantization/observer.ts";
import { floatPrefix } from "../quantization/prefix.ts";
import { selectNodes, weightedNode } from "../quantization/select.ts";
import { simplified } from "../quantization/simplify.ts";
import type { QuantizationPlan, Quantizer, QuantizerOptions } from "./quantizer.ts";

/** The first version of QuantizeLinear and DequantizeLinear with an axis. */
const OPSET_MIN = 13;

export const qdqU8s8: Quantizer = {
  key: "qdq-u8s8",
  description: "QDQ form, uint8 activations, symmetric int8 weights",
  plan: planQuantization,
};

function planQuantization(given: Model, options: QuantizerOptions): QuantizationPlan {
  refuseUnfit(given);
  const model = simplified(given);
  const { graph, ir_version } = model;
  const prefix = options.fp32_prefix ? floatPrefix(graph, ir_version) : [];
  const selection = selectNodes(graph, ir_version, new Set([...prefix, ...options.fp32_nodes]));
  if (selection.weighted.size === 0) {
    throw new DecantError("InvalidModel", "expected a Conv, Gemm or MatMul with constant float32 weights, found none");
  }
  const lookup = lookupOf(graph, ir_version);
  const averaged = options.bias_correction
    ? [...selection.weighted].map((node) => weightedNode(node, lookup)!.data)
    : [];
  return {
    model,
    calibration: { ranged: new Set(selection.quantized.values()), averaged: new Set(averaged) },
    int8_nodes: new Set([...selection.weighted, ...selection.others].map((node) => node.outputs[0]!)),
    apply(calibration: Calibration, observer: Observer) {
      const ranges = new Map([...calibration.histograms].map(([name, each]) => [name, observer.range(each)]));
      return insertQuantization(model, selection, ranges, {
        granularity: options.weights,
        biasCorrection(layer, weight) {
          const mean = calibration.means.get(layer.data);
          const shift = mean && outputShift(layer, weight, mean);
          return shift?.every(Number.isFinite) ? shift : undefined;
        },
      });
    },
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
