// The mean output of a convolution from the mean input, against the convolution of every sample.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { int, ints, makeNode } from "../../../core/onnx/attributes.ts";
import { floatTensor } from "../../../core/onnx/tensor-data.ts";
import { meanOutput } from "../../../core/quantization/convolve-mean.ts";
import type { WeightedNode } from "../../../core/quantization/select.ts";
import { seededRandom } from "../../../core/statistics/random.ts";

interface Convolution {
  readonly groups: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pads: readonly [number, number, number, number];
  readonly seed: number;
}
const [CHANNELS, SIDE, SAMPLES] = [4, 7, 3];
const pad = fc.integer({ min: 0, max: 2 });

const convolution = fc.record<Convolution>({
  groups: fc.constantFrom(1, 2, 4),
  kernel: fc.constantFrom(1, 2, 3),
  stride: fc.constantFrom(1, 2, 3),
  dilation: fc.constantFrom(1, 2),
  pads: fc.tuple(pad, pad, pad, pad),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

describe("the mean output of a convolution", () => {
  it("is that of all samples, borders included", () => {
    fc.assert(
      fc.property(convolution, (options) => {
        const random = seededRandom(options.seed);
        const perGroup = CHANNELS / options.groups;
        const dims = [CHANNELS, perGroup, options.kernel, options.kernel];
        const weight = Float32Array.from({ length: CHANNELS * perGroup * options.kernel ** 2 }, () => random() - 0.5);
        const samples = Array.from({ length: SAMPLES }, () =>
          Float64Array.from({ length: CHANNELS * SIDE * SIDE }, random),
        );
        const mean = samples[0]!.map((_, at) => samples.reduce((sum, sample) => sum + sample[at]!, 0) / SAMPLES);
        const { groups, kernel, stride, dilation, pads } = options;
        const node = makeNode("Conv", "conv", ["x", "w"], ["y"], {
          group: int(groups),
          kernel_shape: ints([kernel, kernel]),
          strides: ints([stride, stride]),
          dilations: ints([dilation, dilation]),
          pads: ints(pads),
        });
        const layer: WeightedNode = {
          node,
          data: "x",
          weight: floatTensor("w", dims, weight),
          channel_axis: 0,
          bias: undefined,
        };
        const fast = meanOutput(layer, weight, { values: mean, dims: [CHANNELS, SIDE, SIDE] })!;
        for (let channel = 0; channel < CHANNELS; channel += 1) {
          const outputs = samples.flatMap((sample) => plainConvolution(sample, weight, channel, options));
          const expected = outputs.reduce((sum, value) => sum + value, 0) / outputs.length;
          expect(fast[channel]).toBeCloseTo(expected, 4);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is the product for a Gemm, whichever way its weight lies", () => {
    const node = makeNode("Gemm", "gemm", ["x", "w"], ["y"]);
    const layer = (dims: number[], axis: number): WeightedNode => {
      return {
        node,
        data: "x",
        weight: floatTensor("w", dims, new Float32Array(6)),
        channel_axis: axis,
        bias: undefined,
      };
    };
    const mean = { values: Float64Array.of(1, 2, 3), dims: [3] };
    expect([...meanOutput(layer([2, 3], 0), Float32Array.of(1, 0, 0, 0, 1, 1), mean)!]).toEqual([1, 5]);
    expect([...meanOutput(layer([3, 2], 1), Float32Array.of(1, 0, 0, 1, 0, 1), mean)!]).toEqual([1, 5]);
  });
});

function plainConvolution(sample: Float64Array, weight: Float32Array, channel: number, options: Convolution): number[] {
  const { groups, kernel, stride, dilation, pads } = options;
  const perGroup = CHANNELS / groups;
  const group = Math.floor(channel / perGroup);
  const steps = (before: number, after: number) =>
    Math.floor((SIDE + before + after - dilation * (kernel - 1) - 1) / stride) + 1;
  const outputs: number[] = [];
  for (let row = 0; row < steps(pads[0], pads[2]); row += 1) {
    for (let column = 0; column < steps(pads[1], pads[3]); column += 1) {
      let sum = 0;
      for (let within = 0; within < perGroup; within += 1) {
        for (let tap = 0; tap < kernel * kernel; tap += 1) {
          const y = row * stride - pads[0] + Math.floor(tap / kernel) * dilation;
          const x = column * stride - pads[1] + (tap % kernel) * dilation;
          if (y < 0 || y >= SIDE || x < 0 || x >= SIDE) continue;
          const value = sample[((group * perGroup + within) * SIDE + y) * SIDE + x]!;
          sum += value * weight[(channel * perGroup + within) * kernel * kernel + tap]!;
        }
      }
      outputs.push(sum);
    }
  }
  return outputs;
}
