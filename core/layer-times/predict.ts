// A network's latency from a table of layer times: the sum over its layers and what a run costs beside them.
import type { Model } from "../onnx/graph.ts";
import type { LayerTimes } from "../workflow/records/layer-times.ts";
import { layerMicroseconds } from "./interpolate.ts";
import { type Layer, type LayerNetwork, resized } from "./layer.ts";
import { layersOf } from "./layers-of.ts";

type Table = Pick<LayerTimes, "channel_multiple" | "families" | "fixed_us">;

export interface NetworkShape {
  readonly input_size: number;
  /** Share of their channels that inner widths keep, rounded up to the table's multiple; 1: unpruned. */
  readonly widths_ratio: number;
}

/** Predicted p50 in ms of one run, batch 1, at an input size and with inner widths scaled by a ratio. */
export function latencyOf(table: Table, network: LayerNetwork, { input_size, widths_ratio }: NetworkShape): number {
  return sumMs(table, resized(network, { input_size, widths_ratio, multiple: table.channel_multiple }));
}

/** Predicted p50 in ms of a whole model, quantized or float, at its own input size. */
export function predictLatencyMs(model: Model, table: Table): number {
  return sumMs(table, layersOf(model).layers);
}

/** Names of layers whose kind and precision the table does not hold: a prediction counts them as nothing. */
export function unknownLayers(table: Pick<LayerTimes, "families">, layers: readonly Layer[]): string[] {
  return layers.filter((layer) => layerMicroseconds(table, layer) === undefined).map(({ name }) => name);
}

function sumMs(table: Table, layers: readonly Layer[]): number {
  return layers.reduce((sum, layer) => sum + (layerMicroseconds(table, layer) ?? 0), table.fixed_us) / 1000;
}
