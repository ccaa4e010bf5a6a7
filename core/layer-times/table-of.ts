// Layer times from profiles of probes. Profiling itself costs a node some time; how much is known from networks of which
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

/** From probed times to a network's own: `scale` is what a probe's colder caches cost, the overhead what profiling costs a node. */
export interface Correction {
  readonly scale: number;
  readonly overhead_us: number;
}

export interface TimedNetwork {
  readonly layers: readonly Layer[];
  /** All layers in a run without a profile. */
  readonly us: number;
}

const NONE: Correction = { scale: 1, overhead_us: 0 };
/** A slow moment would stretch further than caches do. */
const SCALE_LIMITS = { low: 0.8, high: 1.25 };

/**
 * So that the sums over layers are what whole runs take, of one network or of two at different input sizes. One alone can't tell a
 * slow moment from the cost of profiling: of 4.3 ms at 224 px a tenth is 5 us for each layer, and at 64 px layers take no longer
 * (0.70 ms predicted, 0.36 measured).
 * @param precision only layers of this one are corrected; the table's others are taken as they are
 */
export function correctionOf(
  table: Pick<LayerTimes, "families">,
  precision: Layer["precision"],
  networks: readonly TimedNetwork[],
): Correction {
  const sums = networks.map((network) => sumOf(table, precision, network));
  const known = sums.filter((sum) => sum !== undefined).toSorted((a, b) => b.probed_us - a.probed_us);
  const [large, small] = [known[0], known.at(-1)];
  if (large === undefined || small === undefined || known.length < networks.length) return NONE;
  const span = large.probed_us * small.count - small.probed_us * large.count;
  const slope = span > 0 ? (large.us * small.count - small.us * large.count) / span : 1;
  const scale = Math.min(SCALE_LIMITS.high, Math.max(SCALE_LIMITS.low, slope));
  return { scale, overhead_us: Math.max(0, (scale * small.probed_us - small.us) / small.count) };
}

/** Of a network's layers of one precision; undefined where the table doesn't hold them all, or there are none. */
function sumOf(table: Pick<LayerTimes, "families">, precision: Layer["precision"], { layers, us }: TimedNetwork) {
  const timed = layers.map((layer) => ({ layer, us: layerMicroseconds(table, layer) }));
  if (timed.some((one) => one.us === undefined)) return undefined;
  const sum = (some: typeof timed) => some.reduce((total, one) => total + one.us!, 0);
  const own = timed.filter(({ layer }) => layer.precision === precision);
  const others = timed.filter(({ layer }) => layer.precision !== precision);
  return own.length === 0 ? undefined : { probed_us: sum(own), us: us - sum(others), count: own.length };
}

export function corrected(family: LayerFamily, { scale, overhead_us }: Correction): LayerFamily {
  const times = family.times.map(({ inputs, outputs, us }) => {
    return { inputs, outputs, us: rounded(Math.max(scale * us - overhead_us, scale * us * SHARE_LEFT_MIN)) };
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
