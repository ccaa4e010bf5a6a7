// The emulation of CPUs whose sums saturate, as a graph: the same numbers as the kernel's emulation, sum by sum.
import { describe, expect, it } from "vitest";
import { modelRuntime } from "../../../adapters/onnx-runtime/model-runtime.ts";
import { int, ints, makeNode } from "../../../core/onnx/attributes.ts";
import type { Model, Node, Tensor } from "../../../core/onnx/graph.ts";
import { elementCount, floatTensor, tensorOf } from "../../../core/onnx/tensor-data.ts";
import { writeModel } from "../../../core/onnx/write-model.ts";
import { reductionOrder } from "../../../core/quantization/reduction-order.ts";
import { saturatingGraph } from "../../../core/quantization/saturating-graph.ts";
import { saturatingSum } from "../../../core/quantization/saturating-kernel.ts";
import { seededRandom } from "../../../core/statistics/random.ts";
import { smallNetwork } from "../../fixtures/small-network.ts";

const ZERO = 3;
const [INPUT_SCALE, WEIGHT_SCALE] = [0.5, 0.25];

interface Layer {
  readonly node: Node;
  readonly weight: Tensor;
  readonly input: readonly number[];
}

function layerOf(op: "Conv" | "Gemm", weightDims: readonly number[], input: readonly number[], largest: number): Layer {
  const random = seededRandom(elementCount(weightDims));
  const values = Int8Array.from({ length: elementCount(weightDims) }, () => Math.round((random() * 2 - 1) * largest));
  const pad = op === "Conv" ? Math.floor(weightDims[2]! / 2) : 0;
  const attributes =
    op === "Conv" ? { pads: ints([pad, pad, pad, pad]), kernel_shape: ints(weightDims.slice(2)) } : { transB: int(1) };
  const node = makeNode(op, "layer", ["x_float", "w_float"], ["logits"], attributes);
  return { node, weight: tensorOf("w", "int8", weightDims, values), input };
}

function modelOf({ node, weight, input }: Layer): Model {
  const model = smallNetwork();
  return {
    ...model,
    graph: {
      name: "layer",
      nodes: [
        makeNode("DequantizeLinear", "x_dq", ["images", "x_scale", "x_zero"], ["x_float"]),
        makeNode("DequantizeLinear", "w_dq", ["w", "w_scale"], ["w_float"]),
        node,
      ],
      initializers: [
        weight,
        floatTensor("x_scale", [], [INPUT_SCALE]),
        tensorOf("x_zero", "uint8", [], Uint8Array.of(ZERO)),
        floatTensor("w_scale", [], [WEIGHT_SCALE]),
      ],
      inputs: [{ name: "images", type: { kind: "tensor", element: "uint8", shape: input } }],
      outputs: [{ name: "logits", type: { kind: "tensor", element: "float32", shape: undefined } }],
      values: [],
    },
  };
}

/** By the kernel's emulation; a padded position holds the zero point. */
function expected({ node, weight, input }: Layer, data: Uint8Array): { values: number[]; overflows: number } {
  const order = reductionOrder(node, weight.dims, 0);
  const weights = new Int8Array(weight.bytes.buffer, weight.bytes.byteOffset, weight.bytes.length);
  const [, inputs = 1, rows = 1, columns = 1] = input;
  const size = weight.dims[2] ?? 1;
  const reach = Math.floor(size / 2);
  const values: number[] = [];
  let overflows = 0;
  for (let channel = 0; channel < order.channels; channel += 1) {
    const own = weights.subarray(channel * order.length, (channel + 1) * order.length);
    const total = own.reduce((sum, value) => sum + value, 0);
    for (let at = 0; at < rows * columns; at += 1) {
      const activations = Array.from(order.offsets, (offset) => {
        const [from, tap] = [Math.floor(offset / size ** 2), offset % size ** 2];
        const row = Math.floor(at / columns) + Math.floor(tap / size) - reach;
        const column = (at % columns) + (tap % size) - reach;
        const inside = row >= 0 && row < rows && column >= 0 && column < columns;
        return inside ? data[(from * rows + row) * columns + column]! : ZERO;
      });
      const answer = saturatingSum(order, channel, activations, weights);
      overflows += answer.overflows;
      values.push((answer.sum - ZERO * total) * INPUT_SCALE * WEIGHT_SCALE);
    }
  }
  expect(inputs * size ** 2).toBe(order.length);
  return { values, overflows };
}

async function run(model: Model, layer: Layer, data: Uint8Array): Promise<number[]> {
  const values: number[] = [];
  const samples = { count: 1, input: async () => ({ name: "images", data, dims: layer.input }) };
  await modelRuntime(1).observe(writeModel(model), samples, (_, output) => values.push(...output));
  return values;
}

const pixels = ({ input }: Layer) => {
  const random = seededRandom(5);
  return Uint8Array.from({ length: elementCount(input) }, () => 200 + Math.floor(random() * 56));
};

describe("the emulation of saturating sums as a graph", () => {
  it.each([
    ["a convolution of single pixels", layerOf("Conv", [6, 10, 1, 1], [1, 10, 4, 4], 127)],
    ["a padded convolution", layerOf("Conv", [4, 6, 3, 3], [1, 6, 5, 5], 127)],
    ["a classifier", layerOf("Gemm", [5, 12], [1, 12], 127)],
  ])("answers what the kernel's emulation does, for %s", async (_, layer) => {
    const model = modelOf(layer);
    const data = pixels(layer);
    const { values, overflows } = expected(layer, data);
    expect(overflows).toBeGreaterThan(0);
    expect(await run(saturatingGraph(model), layer, data)).toEqual(values);
    expect(await run(model, layer, data)).not.toEqual(values);
  });

  it("leaves a graph as it is where no pair can overflow", () => {
    const model = modelOf(layerOf("Conv", [6, 10, 1, 1], [1, 10, 4, 4], 64));
    expect(saturatingGraph(model)).toEqual(model);
  });
});
