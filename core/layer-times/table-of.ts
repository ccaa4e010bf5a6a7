// Layer times from profiles of probes. Profiling itself costs a node some time; how much is known from a network of which
// whole runs were timed too.
import type { LayerFamily } from "../workflow/records/layer-times.ts";
import type { PlannedFamily } from "./grid.ts";
import type { LayerShape } from "./interpolate.ts";
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
export function probedTimes(
  { nodes }: ProfiledModel,
  count: number,
  overhead_us: number,
): readonly (number | undefined)[] {
  const times: (number | undefined)[] = new Array(count).fill(undefined);
  let open: { layer: number; us: number } | undefined;
  for (const { name, us } of nodes) {
    const marker = markerOf(name);
    const own = Math.max(us - overhead_us, us * SHARE_LEFT_MIN);
    if (marker?.role === "end" && open?.layer === marker.layer) times[marker.layer] = open.us;
    if (marker?.role === "own") times[marker.layer] = own;
    if (marker?.role === "first") open = { layer: marker.layer, us: own };
    else if (marker?.role === "before") open = { layer: marker.layer, us: 0 };
    else if (marker !== undefined) open = undefined;
    else if (open !== undefined) open.us += own;
  }
  return times;
}

/** What profiling adds to each node, from a model that was timed in both ways. `fixed_us`: a run without any node. */
export function profilingOverhead({ run_us, nodes }: ProfiledModel, fixed_us: number): number {
  if (run_us === null || nodes.length === 0) return 0;
  const sum = nodes.reduce((total, { us }) => total + us, 0);
  return Math.max(0, (sum - (run_us - fixed_us)) / nodes.length);
}

/** undefined where a layer of the grid has no time. */
export function familyOf(
  { shape, layers }: PlannedFamily,
  timeOf: (layer: LayerShape) => number | undefined,
  outputsStep: number,
): LayerFamily | undefined {
  const times = layers.flatMap((layer) => {
    const us = timeOf(layer);
    return us === undefined ? [] : [{ inputs: layer.inputs, outputs: layer.outputs, us: Math.round(us * 100) / 100 }];
  });
  return times.length < layers.length ? undefined : { ...shape, outputs_step: outputsStep, times };
}
