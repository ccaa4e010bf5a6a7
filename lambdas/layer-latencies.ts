// The table of layer times as the planner reads it; undefined where TimeLayers measured nothing.
import type { TimedLayers } from "../core/layer-times/layer.ts";
import { latencyOf, unknownLayers } from "../core/layer-times/predict.ts";
import { p95OverP50 } from "../core/layer-times/tail.ts";
import type { LayerLatencies } from "../core/planner/predict-file.ts";
import { SEARCH } from "../core/planner/recipes.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import { readOutput } from "./run-step.ts";
import type { Services } from "./services.ts";

export async function layerLatencies(
  { layer_times }: RunPayload,
  services: Services,
): Promise<LayerLatencies | undefined> {
  const pointer = layer_times?.pointer;
  if (!pointer) return undefined;
  const { table, network, tails } = await readOutput<TimedLayers>(services, pointer);
  // Cut off by its time limit, a table misses layers, and a sum without them would promise too much.
  if (unknownLayers(table, network.layers).length > 0) return undefined;
  return {
    latencyMs: (input_size, widths_ratio) => latencyOf(table, network, { input_size, widths_ratio }),
    channel_multiple: table.channel_multiple,
    p95OverP50: (ms_p50) => p95OverP50(tails, ms_p50, SEARCH.tail_safety),
  };
}
