// A network as its layers, as far as their time depends on it: what core/layer-times reads off a graph and predicts from.
import type { LayerFamily, LayerTimes } from "../workflow/records/layer-times.ts";
import type { Tail } from "./tail.ts";

export interface Layer extends Pick<LayerFamily, "kind" | "precision" | "kernel" | "stride" | "output_size"> {
  /** Name of the node, for messages. */
  readonly name: string;
  /** Input channels of one group: 1 for depthwise layers and for operators without weights. */
  readonly inputs: number;
  readonly outputs: number;
}

/** A layer of a network whose input size and inner widths may change. */
export interface NetworkLayer extends Layer {
  /** How many times smaller than the input the output is, per side; null where it has no sides: behind the global pooling. */
  readonly reduction: number | null;
  /** Whether its widths are inner ones: channels that no residual sum carries, the first layer's and the classes left out. */
  readonly inner: { readonly inputs: boolean; readonly outputs: boolean };
}

/** A network by its layers, at its own input size and full width. */
export interface LayerNetwork {
  readonly input_size: number;
  readonly layers: readonly NetworkLayer[];
}

/** Output of the step that times layers: the table, and the teacher's network as it is quantized, to predict from it. */
export interface TimedLayers {
  readonly table: LayerTimes;
  readonly network: LayerNetwork;
  /** At several durations of a run. */
  readonly tails: readonly Tail[];
}

/** The layers at another input size, inner widths scaled by a ratio and rounded up to a multiple. */
export function resized(
  { layers }: LayerNetwork,
  { input_size, widths_ratio, multiple }: ResizedNetwork,
): readonly Layer[] {
  const width = (channels: number, inner: boolean) =>
    inner ? Math.min(channels, Math.ceil((channels * widths_ratio) / multiple) * multiple) : channels;
  return layers.map((layer) => ({
    name: layer.name,
    kind: layer.kind,
    precision: layer.precision,
    kernel: layer.kernel,
    stride: layer.stride,
    output_size: layer.reduction === null ? 1 : Math.max(1, Math.ceil(input_size / layer.reduction)),
    inputs: width(layer.inputs, layer.inner.inputs),
    outputs: width(layer.outputs, layer.inner.outputs),
  }));
}

export interface ResizedNetwork {
  readonly input_size: number;
  /** 1: as they are. */
  readonly widths_ratio: number;
  readonly multiple: number;
}
