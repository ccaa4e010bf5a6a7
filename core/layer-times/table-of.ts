// Layer times from profiles of probes. Profiling itself costs a node some time; how much is known from a network of which
// whole runs were timed too.
import type { LayerFamily, LayerTimes } from "../workflow/records/layer-times.ts";
import type { PlannedFamily } from "./grid.ts";
import { type LayerShape, layerMicroseconds } from "./interpolate.ts";
import type { Layer } from "./layer.ts";
import { markerOf } from "./probe.ts";

export interface NodeTime {
  readonly name: string;
  readonly us: number;
}

export interface ProfiledModel {
  readonly name: string;
  /** A whole run without a profile; null where none was wanted. */
  readonly run_us: number | null;
  /** In the order in which they run. */
  readonly nodes: readonly NodeTime[];
}

/** What is left of a time at least, when profiling's share is taken off. */
const SHARE_LEFT_MIN = 0.2;

/** Each probed layer's time, in the order of the probe; undefined where the runtime made other nodes of it. */
export function probedTimes({ nodes }: ProfiledModel, count: number): readonly (number | undefined)[] {
  const times: (number | undefined)[] = new Array(count).fill(undefined);
  let open: { layer: number; us: number } | undefined;
  for (const { name, us } of nodes) {
    const marker = markerOf(name);
    if (marker?.role === "end" && open?.layer === marker.layer) times[marker.layer] = open.us;
    if (marker?.role === "own") times[marker.layer] = us;
    if (marker?.role === "first") open = { layer: marker.layer, us };
    else if (marker?.role === "before") open = { layer: marker.layer, us: 0 };
    else if (marker !== undefined) open = undefined;
    else if (open !== undefined) open.us += us;
  }
  return times;
}

/**
 * What profiling and a probe's colder caches add to each layer: so much that the sum over a network's layers is what a whole
 * run takes without a profile. 0 where the table holds too little of the network to tell.
 */
export function probingOverhead(
  table: Pick<LayerTimes, "families">,
  layers: readonly Layer[],
  layers_us: number,
): number {
  const times = layers.map((layer) => layerMicroseconds(table, layer));
  const known = times.filter((us) => us !== undefined);
  if (known.length < layers.length || layers.length === 0) return 0;
  return Math.max(0, (known.reduce((sum, us) => sum + us, 0) - layers_us) / layers.length);
}

/** The family with the overhead taken off each time. */
export function withoutOverhead(family: LayerFamily, overhead_us: number): LayerFamily {
  const times = family.times.map(({ inputs, outputs, us }) => {
    return { inputs, outputs, us: rounded(Math.max(us - overhead_us, us * SHARE_LEFT_MIN)) };
  });
  return { ...family, times };
}

/** undefined where a layer of the grid has no time. */
export function familyOf(
  { shape, layers }: PlannedFamily,
  timeOf: (layer: LayerShape) => number | undefined,
  outputsStep: number,
): LayerFamily | undefined {
  const times = layers.flatMap((layer) => {
    const us = timeOf(layer);
    return us === undefined ? [] : [{ inputs: layer.inputs, outputs: layer.outputs, us: rounded(us) }];
  });
  return times.length < layers.length ? undefined : { ...shape, outputs_step: outputsStep, times };
}

function rounded(us: number): number {
  return Math.round(us * 100) / 100;
}
