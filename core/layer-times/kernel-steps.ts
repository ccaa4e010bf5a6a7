// Where this CPU's int8 kernels step: a convolution computes whole blocks of output channels, and depthwise convolutions of
// other widths than multiples of a block have a slower kernel. Found by timing widths a little above round ones.
import type { LayerShape } from "./interpolate.ts";

export interface KernelSteps {
  /** Output channels that an int8 convolution computes together. */
  readonly conv_outputs: number;
  /** Widths for which int8 depthwise convolutions are quick; 1: for all. */
  readonly depthwise_multiple: number;
}

const BASES = [64, 128, 192];
const OFFSETS = [0, 8, 16, 32] as const;
const OUTPUT_SIZE = 28;
const INPUTS = 128;
/** Of the next block's time that a first part of it must cost to count as the whole. */
const WHOLE_BLOCK = 0.8;
const SLOWER_KERNEL = 1.2;

/** Layers to time for `kernelSteps`. */
export function stepLayers(): LayerShape[] {
  const shape = { precision: "int8", stride: 1, output_size: OUTPUT_SIZE } as const;
  return BASES.flatMap((base) =>
    OFFSETS.flatMap((offset): LayerShape[] => [
      { ...shape, kind: "conv", kernel: 1, inputs: INPUTS, outputs: base + offset },
      { ...shape, kind: "depthwise", kernel: 3, inputs: 1, outputs: base + offset },
    ]),
  );
}

export function kernelSteps(timeOf: (layer: LayerShape) => number): KernelSteps {
  const total = (kind: LayerShape["kind"], offset: number) =>
    stepLayers()
      .filter((layer) => layer.kind === kind && BASES.includes(layer.outputs - offset))
      .reduce((sum, layer) => sum + timeOf(layer), 0);
  const growth = (offset: number) => total("conv", offset) - total("conv", 0);
  const conv_outputs = growth(16) >= growth(32) * WHOLE_BLOCK ? 32 : growth(8) >= growth(16) * WHOLE_BLOCK ? 16 : 8;
  const odd = (offset: number, even: number) => total("depthwise", offset) >= total("depthwise", even) * SLOWER_KERNEL;
  return { conv_outputs, depthwise_multiple: odd(16, 32) ? 32 : odd(8, 16) ? 16 : 1 };
}
