// Times layers of a network's kind on this machine, by width, for the planned input sizes: probes in a temporary folder, run in
// fresh processes. First where the kernels step and what profiling costs, then the grid, int8 before fp32, until time is up.
import { type PlannedFamily, planFamilies } from "../../core/layer-times/grid.ts";
import type { LayerShape } from "../../core/layer-times/interpolate.ts";
import { type KernelSteps, kernelSteps, stepLayers } from "../../core/layer-times/kernel-steps.ts";
import type { LayerNetwork, TimedLayers } from "../../core/layer-times/layer.ts";
import { layersOf } from "../../core/layer-times/layers-of.ts";
import { emptyNetwork, probeNetwork, quantizedProbe } from "../../core/layer-times/probe.ts";
import { quantizedForTiming } from "../../core/layer-times/quantize-for-timing.ts";
import {
  corrected,
  correctionOf,
  familyOf,
  type ProfiledModel,
  probedTimes,
  type TimedNetwork,
} from "../../core/layer-times/table-of.ts";
import { atInputSize } from "../../core/onnx/at-input-size.ts";
import type { Model } from "../../core/onnx/graph.ts";
import { QUANTIZER_DEFAULTS, type Quantizer } from "../../core/quantizers/quantizer.ts";
import type { LayerFamily, LayerTimes } from "../../core/workflow/records/layer-times.ts";
import { measureNodes } from "./measure.ts";
import { withModelFiles } from "./model-files.ts";
import { timeTails } from "./time-tails.ts";

export interface LayersRequest {
  /** The float network, at its own input size and full width. */
  readonly model: Model;
  readonly input_sizes: readonly number[];
  readonly quantizer: Quantizer;
  readonly threads: number;
  /** No probe of the grid is opened after this many seconds: of the measuring process's own on one thread. */
  readonly limit_s: number;
  readonly machine: Pick<LayerTimes, "machine" | "runtime">;
  readonly signal: AbortSignal;
  readonly progress: (message: string) => void;
}

/** Layers of networks whose runs take about 0.3 and 0.8 ms on a server's CPU: as short as those of small students. */
const SHORT_RUNS = [6, 16];
const ROUNDS = 3;
const RUNS_PER_ROUND = 10;
/** For what the grid needs to know first. It takes a second or two. */
const FIRST_LIMIT_S = 600;
/** Layers of one probe: few enough for small graphs, enough that weights come from beyond the inner caches, as in a network. */
const LAYERS_PER_PROBE = 40;

interface Probe {
  readonly name: string;
  readonly model: Model;
  readonly whole_runs: boolean;
}

export async function timeLayers(request: LayersRequest): Promise<TimedLayers> {
  const { model, quantizer, progress } = request;
  const quantized = quantizedForTiming(model, quantizer, QUANTIZER_DEFAULTS);
  const [float, int8] = [wholeNetwork("fp32", model), wholeNetwork("int8", quantized)];
  progress("timing where kernels step");
  const steps = stepLayers();
  const [stepped] = await profile(request, FIRST_LIMIT_S, [
    { name: "steps", model: quantizedProbe(probeNetwork(steps), quantizer), whole_runs: false },
  ]);
  progress("timing how far slow runs lie above the median");
  const short = SHORT_RUNS.map((count) => quantizedProbe(probeNetwork(steps.slice(0, count)), quantizer));
  const tails = await timeTails(request, [...short, quantized, model]);
  const stepTimes = probedTimes(stepped!, steps.length);
  const found = kernelSteps((layer) => stepTimes[steps.findIndex((each) => sameLayer(each, layer))] ?? 0);
  // The float network comes last: candidates are int8.
  const planned = [int8.network, float.network].map((each) =>
    planFamilies(each, request.input_sizes, found.depthwise_multiple),
  );
  const smallest = atInputSize(model, Math.min(...request.input_sizes));
  const whole = [
    float,
    int8,
    wholeNetwork("fp32", smallest),
    wholeNetwork("int8", quantizedForTiming(smallest, quantizer, QUANTIZER_DEFAULTS)),
  ];
  const { families, left_out, empty_us, timed } = await timeFamilies(request, unique(planned), found, whole);
  // Float layers are corrected by the float networks; then the quantized ones, which hold a few, show the rest.
  const halfway = correctedBy(families, "fp32", timed);
  const all = correctedBy(halfway, "int8", timed);
  return {
    table: {
      ...request.machine,
      threads: request.threads,
      quantizer: quantizer.key,
      channel_multiple: Math.max(found.conv_outputs, found.depthwise_multiple),
      fixed_us: empty_us,
      families: all,
      left_out,
    },
    network: int8.network,
    tails,
  };
}

interface Cell {
  readonly family: PlannedFamily;
  readonly layer: LayerShape;
}

interface WholeNetwork {
  readonly precision: LayerFamily["precision"];
  readonly model: Model;
  readonly network: LayerNetwork;
}

function wholeNetwork(precision: LayerFamily["precision"], model: Model): WholeNetwork {
  return { precision, model, network: layersOf(model) };
}

type TimedWhole = TimedNetwork & Pick<WholeNetwork, "precision">;

interface TimedFamilies extends Pick<LayerTimes, "families" | "left_out"> {
  /** A run of nothing, without a profile. */
  readonly empty_us: number;
  readonly timed: readonly TimedWhole[];
}

/** Families of one precision, by the networks of that precision. */
function correctedBy(
  families: readonly LayerFamily[],
  precision: LayerFamily["precision"],
  timed: readonly TimedWhole[],
): LayerFamily[] {
  const networks = timed.filter((network) => network.precision === precision);
  const correction = correctionOf({ families }, precision, networks);
  return families.map((family) => (family.precision === precision ? corrected(family, correction) : family));
}

/** Whole networks in the same rounds as their layers: a moment in which the machine is slow must not fall on one of them alone. */
async function timeFamilies(
  request: LayersRequest,
  families: readonly PlannedFamily[],
  steps: KernelSteps,
  networks: readonly WholeNetwork[],
): Promise<TimedFamilies> {
  const cells = families.flatMap((family) => family.layers.map((layer): Cell => ({ family, layer })));
  const chunks = inChunks(cells);
  request.progress(`timing ${cells.length} layers of ${families.length} kinds`);
  const probes = chunks.map((chunk, at): Probe => {
    const network = probeNetwork(chunk.map(({ layer }) => layer));
    const int8 = chunk[0]!.layer.precision === "int8";
    return { name: String(at), model: int8 ? quantizedProbe(network, request.quantizer) : network, whole_runs: false };
  });
  const whole = [emptyNetwork(), ...networks.map(({ model }) => model)].map((model, at): Probe => {
    return { name: `whole ${at}`, model, whole_runs: true };
  });
  const profiled = await profile(request, request.limit_s, [...whole, ...probes]);
  const [empty_us, ...runs_us] = profiled.slice(0, whole.length).map(({ run_us }) => run_us!) as [number, ...number[]];
  const profiles = profiled.slice(whole.length);
  const times = new Map<LayerShape, number>();
  for (const [at, one] of profiles.entries()) {
    const chunk = chunks[at]!;
    for (const [index, us] of probedTimes(one, chunk.length).entries()) {
      if (us !== undefined) times.set(chunk[index]!.layer, us);
    }
  }
  const tables = families.map((family) => {
    const step = outputsStep(family, steps);
    return { family, table: familyOf(family, (layer) => times.get(layer), step) };
  });
  return {
    families: tables.flatMap(({ table }): LayerFamily[] => (table === undefined ? [] : [table])),
    empty_us,
    timed: networks.map(({ precision, network: { layers } }, at) => {
      return { precision, layers, us: runs_us[at]! - empty_us };
    }),
    left_out: [...new Set(tables.flatMap(({ family, table }) => (table === undefined ? [describe(family)] : [])))],
  };
}

/** Whole blocks of output channels: in int8 as measured; blocked float kernels pad to theirs, 16 or 8. */
function outputsStep({ shape }: PlannedFamily, { conv_outputs }: KernelSteps): number {
  return shape.kind === "conv" && shape.precision === "int8" ? conv_outputs : 1;
}

function describe({ shape }: PlannedFamily): string {
  const { kind, precision, kernel, stride, output_size } = shape;
  return `${precision} ${kind}, kernel ${kernel}, stride ${stride}, at ${output_size} px`;
}

/** In the given order, each chunk of one precision. */
function inChunks(cells: readonly Cell[]): Cell[][] {
  const chunks: Cell[][] = [];
  for (const cell of cells) {
    const last = chunks.at(-1);
    const fits = last !== undefined && last.length < LAYERS_PER_PROBE;
    if (fits && last[0]!.layer.precision === cell.layer.precision) last.push(cell);
    else chunks.push([cell]);
  }
  return chunks;
}

/** Each family once, where it comes first, in groups of one precision. */
function unique(networks: readonly (readonly PlannedFamily[])[]): PlannedFamily[] {
  const seen = new Set<string>();
  return networks.flatMap((families) => {
    const fresh = families.filter(({ shape }) => !seen.has(JSON.stringify(shape)));
    for (const { shape } of fresh) seen.add(JSON.stringify(shape));
    return fresh.toSorted((a, b) => a.shape.precision.localeCompare(b.shape.precision));
  });
}

function sameLayer(a: LayerShape, b: LayerShape): boolean {
  return a.kind === b.kind && a.inputs === b.inputs && a.outputs === b.outputs;
}

function profile(
  { threads, signal }: LayersRequest,
  limit_s: number,
  probes: readonly Probe[],
): Promise<readonly ProfiledModel[]> {
  const written = probes.map(({ model }) => model);
  return withModelFiles(written, async (files) => {
    const models = probes.map(({ name, whole_runs }, at) => ({ name, path: files[at]!.path, whole_runs }));
    const timing = { threads, rounds: ROUNDS, runs_per_round: RUNS_PER_ROUND, limit_s };
    return (await measureNodes({ kind: "profile", models, ...timing }, signal)).models;
  });
}
