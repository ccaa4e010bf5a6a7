// The pair limit against an integer emulation of the kernels that saturate, and against brute force.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { int, makeNode } from "../../../core/onnx/attributes.ts";
import type { Graph } from "../../../core/onnx/graph.ts";
import { lookupOf } from "../../../core/onnx/lookup.ts";
import { floatTensor, tensorOf } from "../../../core/onnx/tensor-data.ts";
import { isViolating, PAIR_SUM_MAX, roundPair } from "../../../core/quantization/pair-limit.ts";
import { countPairs } from "../../../core/quantization/portability.ts";
import { reductionOrder } from "../../../core/quantization/reduction-order.ts";
import { saturatingSum } from "../../../core/quantization/saturating-kernel.ts";
import { weightedNode } from "../../../core/quantization/select.ts";
import { quantizeWeight } from "../../../core/quantization/weights.ts";
import { qdqU8s8 } from "../../../core/quantizers/qdq-u8s8.ts";

const int8 = fc.integer({ min: -127, max: 127 });
const uint8 = fc.integer({ min: 0, max: 255 });

/** A layer with given weights, as a graph and as the quantizer sees it. */
function layerOf(dims: readonly number[], values: readonly number[], group = 1) {
  const node = makeNode("Conv", "layer", ["x", "w"], ["y"], { group: int(group) });
  const graph: Graph = {
    name: "g",
    nodes: [node],
    initializers: [floatTensor("w", dims, values)],
    inputs: [{ name: "x", type: undefined }],
    outputs: [{ name: "y", type: undefined }],
    values: [],
  };
  return weightedNode(node, lookupOf(graph, 8))!;
}

const layer = fc
  .record({
    channels: fc.integer({ min: 1, max: 3 }),
    inputs: fc.integer({ min: 1, max: 5 }),
    side: fc.constantFrom(1, 2, 3),
  })
  .chain(({ channels, inputs, side }) => {
    const dims = [channels, inputs, side, side];
    const length = channels * inputs * side * side;
    const value = fc.double({ noNaN: true, min: -1, max: 1 });
    return fc.record({ dims: fc.constant(dims), values: fc.array(value, { minLength: length, maxLength: length }) });
  });

function quantized({ dims, values }: { dims: readonly number[]; values: readonly number[] }, portable: boolean) {
  const options = { granularity: "per-channel", portable, input_scale: 1, bias: undefined } as const;
  return quantizeWeight(layerOf(dims, values), options);
}

describe("the pair limit", () => {
  it("calls a pair violating exactly when some uint8 activations overflow int16", () => {
    const order = reductionOrder(makeNode("Conv", "", [], []), [1, 2, 1, 1], 0);
    const extremes = [0, 255];
    for (let first = -127; first <= 127; first += 1) {
      for (let second = -127; second <= 127; second += 1) {
        const overflows = extremes.some((x) =>
          extremes.some((y) => saturatingSum(order, 0, [x, y], [first, second]).overflows > 0),
        );
        expect(isViolating(first, second)).toBe(overflows);
      }
    }
  });

  it("rounds each pair to the nearest allowed one", () => {
    const steps = fc.double({ noNaN: true, min: -140, max: 140 });
    fc.assert(
      fc.property(steps, steps, (x, y) => {
        const distance = (a: number, b: number) => (a - x) ** 2 + (b - y) ** 2;
        const [first, second] = roundPair(x, y);
        expect(isViolating(first, second)).toBe(false);
        expect(Math.max(Math.abs(first), Math.abs(second))).toBeLessThanOrEqual(127);
        for (let a = -127; a <= 127; a += 1) {
          // For one weight the best partner is the nearest allowed.
          const low = Math.max(-127, -PAIR_SUM_MAX - a);
          const high = Math.min(127, PAIR_SUM_MAX - a);
          const b = Math.min(high, Math.max(low, Math.round(y)));
          expect(distance(first, second)).toBeLessThanOrEqual(distance(a, b) + 1e-9);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("leaves no weight on which a saturating kernel answers anything but the exact sum", () => {
    fc.assert(
      fc.property(layer, fc.array(uint8, { minLength: 45, maxLength: 45 }), (shape, activations) => {
        const { values } = quantized(shape, true);
        const order = reductionOrder(makeNode("Conv", "", [], []), shape.dims, 0);
        for (let channel = 0; channel < order.channels; channel += 1) {
          for (const fed of [activations, activations.map((value) => (value > 127 ? 255 : 0)), activations.fill(255)]) {
            const { sum, exact, overflows } = saturatingSum(order, channel, fed, values);
            expect([sum, overflows]).toEqual([exact, 0]);
          }
        }
      }),
    );
  });

  it("costs nothing where no pair comes near it, and less than a bit where all do", () => {
    const few = { dims: [1, 4, 1, 1], values: [1, -1, 0.2, 0.3] };
    expect(quantized(few, true)).toEqual(quantized(few, false));
    const { scales } = quantized({ dims: [1, 4, 1, 1], values: [1, 1, 1, 1] }, true);
    expect(scales[0]! * 127).toBeLessThanOrEqual(2);
  });

  it("is off for depthwise layers, whose kernels widen before they add", () => {
    const order = reductionOrder(makeNode("Conv", "", [], [], { group: int(4) }), [4, 1, 3, 3], 0);
    expect(order.paired).toBe(false);
    expect(saturatingSum(order, 0, Array(9).fill(255), Array(36).fill(127))).toMatchObject({ overflows: 0 });
  });
});

describe("the order of a reduction", () => {
  it("runs over kernel taps outside and input channels inside, as the filter is reordered", () => {
    const { offsets } = reductionOrder(makeNode("Conv", "", [], []), [1, 3, 1, 2], 0);
    // Stored: channel 0 taps 0 1, channel 1 taps 0 1, channel 2 taps 0 1.
    expect([...offsets]).toEqual([0, 2, 4, 1, 3, 5]);
  });

  it("runs down a column of a product's second factor", () => {
    const order = reductionOrder(makeNode("MatMul", "", [], []), [3, 2], 1);
    expect([order.channel_stride, [...order.offsets]]).toEqual([1, [0, 2, 4]]);
  });
});

describe("the count of pairs in a file", () => {
  const file = (values: readonly number[], dims: readonly number[]): Graph => ({
    name: "g",
    nodes: [
      makeNode("DequantizeLinear", "dq", ["w", "s", "z"], ["w_float"]),
      makeNode("Conv", "layer", ["x", "w_float"], ["y"]),
    ],
    initializers: [tensorOf("w", "int8", dims, Int8Array.from(values))],
    inputs: [],
    outputs: [],
    values: [],
  });

  it("finds every violating pair in the packed order, and counts a last weight alone as a pair", () => {
    // Packed: (100, 1) (29, 0) (50, 3): stored by channel, two taps each.
    expect(countPairs(file([100, 3, 1, 0, 29, 50], [1, 3, 1, 2]))).toMatchObject({ pairs: 3, violating_pairs: 0 });
    expect(countPairs(file([100, 3, 29, 0, 1, 50], [1, 3, 1, 2]))).toMatchObject({ pairs: 3, violating_pairs: 1 });
    expect(countPairs(file([127, 1, 127], [1, 3, 1, 1]))).toMatchObject({ pairs: 2, violating_pairs: 0 });
  });

  it("agrees with the emulated kernel on any weights", () => {
    fc.assert(
      fc.property(fc.array(int8, { minLength: 12, maxLength: 12 }), (values) => {
        const order = reductionOrder(makeNode("Conv", "", [], []), [2, 6, 1, 1], 0);
        const counted = countPairs(file(values, [2, 6, 1, 1])).violating_pairs;
        const overflows = [0, 1].map((channel) => saturatingSum(order, channel, Array(6).fill(255), values).overflows);
        expect(counted).toBe(overflows[0]! + overflows[1]!);
      }),
    );
  });
});

it("names the quantizer whose kernels saturate", () => {
  expect(qdqU8s8.saturates).toBe(true);
});
