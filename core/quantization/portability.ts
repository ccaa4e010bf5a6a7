// The portability certificate: how many pairs of int8 weights a file holds that x86 kernels without VNNI multiply together,
// and how many of them can overflow. Counted from the file itself, so that anyone can count again.
import type { Graph } from "../onnx/graph.ts";
import type { PairCount } from "../workflow/records/measurement.ts";
import { isViolating } from "./pair-limit.ts";
import { REDUCTION_ORDER, reductionOrder } from "./reduction-order.ts";

const LAYERS = new Set(["Conv", "Gemm", "MatMul"]);

/** Of a graph in QDQ form: layers whose weight is an int8 initializer behind DequantizeLinear. */
export function countPairs(graph: Graph): PairCount {
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const dequantized = new Map(
    graph.nodes.filter(({ op }) => op === "DequantizeLinear").map(({ inputs, outputs }) => [outputs[0]!, inputs[0]!]),
  );
  let [pairs, violating] = [0, 0];
  for (const node of graph.nodes) {
    const weight = LAYERS.has(node.op) ? constants.get(dequantized.get(node.inputs[1] ?? "") ?? "") : undefined;
    if (weight?.type !== "int8" || weight.dims.length < 2) continue;
    const transposed = node.attributes.get("transB");
    const rows = node.op === "Conv" || (transposed?.kind === "int" && transposed.value === 1n);
    const order = reductionOrder(node, weight.dims, rows ? 0 : 1);
    if (!order.paired) continue;
    const values = new Int8Array(weight.bytes.buffer, weight.bytes.byteOffset, weight.bytes.length);
    for (let channel = 0; channel < order.channels; channel += 1) {
      const start = channel * order.channel_stride;
      // A last weight without a partner is multiplied beside a zero.
      for (let at = 0; at < order.length; at += 2) {
        const second = at + 1 < order.length ? values[start + order.offsets[at + 1]!]! : 0;
        if (isViolating(values[start + order.offsets[at]!]!, second)) violating += 1;
      }
    }
    pairs += order.channels * Math.ceil(order.length / 2);
  }
  return { order: REDUCTION_ORDER, pairs, violating_pairs: violating };
}
