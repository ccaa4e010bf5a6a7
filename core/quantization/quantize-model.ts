// Post-training quantization from float bytes to int8 bytes: calibrate, then decide one thing after the other, each by how
// close the output comes to the float model's on samples that calibration has not seen. Every decision is recorded.
import { DecantError } from "../errors/problem.ts";
import type { Model, Node } from "../onnx/graph.ts";
import { writeModel } from "../onnx/write-model.ts";
import type {
  FittedLayer,
  QuantizationPlan,
  QuantizedGraph,
  Quantizer,
  QuantizerOptions,
} from "../quantizers/quantizer.ts";
import { agreement } from "../statistics/accuracy.ts";
import { klBySample } from "../statistics/divergence.ts";
import type { Logits } from "../statistics/logits.ts";
import { mean } from "../statistics/mean.ts";
import type { PairCount, Portability, PrecisionTimes, QuantizationChoice } from "../workflow/records/measurement.ts";
import { type Calibration, calibrate } from "./calibrate.ts";
import { channelRanges, equalizablePairs, equalized } from "./equalize.ts";
import type { Learned } from "./learned.ts";
import { minMax, type Observer, type ObserverName, percentile, type Range, squaredError } from "./observer.ts";
import { countPairs } from "./portability.ts";
import { type ModelRuntime, type ModelSamples, spread } from "./runtime.ts";
import { eligible } from "./search-precision.ts";
import { fitSequentially } from "./sequential-fit.ts";
import { softenedDivergence } from "./softened-divergence.ts";
import { meanWeightSqnr } from "./weight-noise.ts";

/** Clips one value in ten thousand, half at either end. */
const PERCENTILE_COVERAGE = 0.9999;

const OBSERVERS: readonly Observer[] = [minMax, percentile(PERCENTILE_COVERAGE), squaredError];

/** Samples for channel ranges, which gather over positions too. */
const SAMPLES_FOR_RANGES = 64;

/** Samples that layers are fitted to: with 64 of them rounding fits their noise, and comes no closer than nearest. */
const SAMPLES_FOR_FIT = 192;

/** Equalization costs a second calibration, which a pair or two don't repay. */
const PAIRS_MIN = 4;

/**
 * The pair limit stays unless it takes the output both this many times and this much farther from fp32: among a few dozen
 * samples that the model is sure of, a ratio alone is chance (seen on Lite0: 0.5 to 2, of at most 0.008).
 */
const LIMIT_KL_RATIO_MAX = 2;
const LIMIT_KL_COST_MAX = 0.01;

/** A variant that is slower than the fastest by less than this share may ship, where its output comes closer. */
const SLOWER_MAX = 0.02;

export interface QuantizeModelRequest {
  readonly model: Model;
  readonly quantizer: Quantizer;
  readonly options: QuantizerOptions;
  /** Times of precisions by layer on the target; without them the fixed rule holds. */
  readonly precision?: PrecisionTimes | undefined;
  readonly calibration: ModelSamples;
  readonly held_back: ModelSamples;
  /** The same graph, trained with simulated int8. */
  readonly learned?: Learned | undefined;
  readonly runtime: ModelRuntime;
  readonly progress?: (message: string) => void;
}

export interface QuantizedModel {
  readonly model: Model;
  readonly observer: ObserverName;
  readonly kl_by_observer: Readonly<Record<string, number>>;
  readonly portability: Portability;
  readonly choices: readonly QuantizationChoice[];
  /** First outputs of layers that stayed in fp32 by choice; undefined where the fixed rule held. */
  readonly fp32_layers: readonly string[] | undefined;
  /** Held-back samples on which both models answer the same class. */
  readonly agreement: { readonly count: number; readonly n: number };
  readonly int8_nodes: ReadonlySet<string>;
  /** The float model in the form that was quantized: its nodes are those that int8_nodes speaks of. */
  readonly float_model: Model;
}

/** One way to quantize, and what came of it. */
interface Trial {
  readonly plan: QuantizationPlan;
  readonly calibration: Calibration;
  readonly observer: Observer;
  readonly fitted?: ReadonlyMap<Node, FittedLayer> | undefined;
  readonly portable: boolean;
  readonly learned_ranges?: ReadonlyMap<string, Range> | undefined;
}

interface Tried extends Trial, QuantizedGraph {
  readonly logits: Logits;
  readonly kl: number;
}

interface Context extends QuantizeModelRequest {
  readonly reference: Logits;
}

export async function quantizeModel(request: QuantizeModelRequest): Promise<QuantizedModel> {
  const { model, runtime, held_back } = request;
  const context = { ...request, reference: await runtime.logits(writeModel(model), held_back) };
  refuseBroken(context.reference);
  const precision = await choosePrecision(context);
  const { ranged, kl_by_observer, choice } = await chooseRanges(precision.context, precision.start);
  const choices = [...precision.choices, choice];
  let best = ranged;
  const equalizing = await tryEqualization(precision.context, best);
  if (equalizing !== undefined) choices.push(equalizing.choice);
  if (equalizing?.choice.taken) best = equalizing.tried;
  const limit = await holdPairLimit(precision.context, best);
  if (limit.choice !== undefined) choices.push(limit.choice);
  best = limit.kept;
  for (const next of [tryFit, tryLearned]) {
    const trial = await next(precision.context, best, precision.start);
    if (trial === undefined) continue;
    choices.push(trial.choice);
    if (trial.choice.taken) best = trial.tried;
  }
  return {
    model: best.model,
    observer: best.observer.name,
    kl_by_observer,
    portability: { ...limit.portability, ...countPairs(best.model.graph) },
    choices,
    fp32_layers: precision.fp32_layers,
    agreement: agreement(context.reference, best.logits),
    int8_nodes: best.plan.int8_nodes,
    float_model: best.plan.model,
  };
}

/** Nothing can be told to be closer to such answers, so every choice would be chance. */
function refuseBroken({ values, classes }: Logits): void {
  const broken = values.findIndex((value) => !Number.isFinite(value));
  if (broken === -1) return;
  const message = `expected finite scores from the model as given, got ${values[broken]} for held-back picture ${Math.floor(broken / classes)}: is the preprocessing the one that it was trained with? A last layer that masks classes or takes a logarithm has to go.`;
  throw new DecantError("InvalidModel", message);
}

type Start = Omit<Trial, "observer">;

/** One calibration of the model with everything in int8 gives ranges for every variant of it. */
async function choosePrecision(context: Context) {
  const { quantizer, options, precision, model, progress } = context;
  const variants = precision ? eligible(precision, SLOWER_MAX) : [];
  const measured = precision !== undefined;
  const plan = quantizer.plan(model, measured ? { ...options, fp32_prefix: false } : options);
  progress?.(`calibrating on ${context.calibration.count} samples`);
  const wanted = measured ? plan.shared_calibration : plan.calibration;
  const calibration = await calibrate(plan.model, wanted, context.calibration, context.runtime);
  const start: Start = { plan, calibration, portable: quantizer.saturates };
  if (!measured) return { context, start, choices: [], fp32_layers: undefined };
  const tried = [];
  const standard = precision.variants.find(({ name }) => name === precision.standard)!;
  for (const variant of new Set([standard, ...variants])) {
    progress?.(`trying fp32 for ${variant.name}`);
    const own = { ...options, fp32_prefix: false, fp32_nodes: [...options.fp32_nodes, ...variant.fp32_nodes] };
    const narrowed = { ...start, plan: quantizer.plan(plan.model, own) };
    tried.push({ variant, own, start: narrowed, kl: (await attempt(context, { ...narrowed, observer: minMax })).kl });
  }
  const allowed = tried.filter(({ variant }) => variants.includes(variant));
  const best = allowed.reduce((a, b) => (b.kl < a.kl ? b : a));
  const choice: QuantizationChoice = {
    choice: "fp32-layers",
    taken: best.variant !== standard,
    kl_before: tried[0]!.kl,
    kl_after: best.kl,
    speed_ratio: best.variant.speed_ratio.value,
    detail: `${best.variant.name} in fp32, against ${standard.name}; ${precision.variants.length} variants timed`,
  };
  return {
    context: { ...context, options: best.own },
    start: best.start,
    choices: [choice],
    fp32_layers: best.variant.fp32_nodes,
  };
}

async function attempt({ reference, runtime, held_back }: Context, trial: Trial): Promise<Tried> {
  const quantized = trial.plan.apply(trial.calibration, trial);
  const logits = await runtime.logits(writeModel(quantized.model), held_back);
  return { ...trial, ...quantized, logits, kl: softenedDivergence(reference, logits) };
}

async function chooseRanges(context: Context, start: Start) {
  const tried: Tried[] = [];
  for (const observer of OBSERVERS) {
    context.progress?.(`trying ${observer.name} ranges on ${context.held_back.count} held-back samples`);
    tried.push(await attempt(context, { ...start, observer }));
  }
  const ranged = tried.reduce((a, b) => (b.kl < a.kl ? b : a));
  const choice: QuantizationChoice = {
    choice: "activation-ranges",
    taken: ranged !== tried[0],
    kl_before: tried[0]!.kl,
    kl_after: ranged.kl,
    speed_ratio: null,
    detail: `${ranged.observer.name} ranges, against ${tried[0]!.observer.name}`,
  };
  return { ranged, kl_by_observer: Object.fromEntries(tried.map(({ observer, kl }) => [observer.name, kl])), choice };
}

type Outcome = { readonly tried: Tried; readonly choice: QuantizationChoice } | undefined;

async function tryEqualization(context: Context, best: Tried): Promise<Outcome> {
  const { quantizer, options, runtime, calibration: samples, progress } = context;
  const pairs = options.equalization ? equalizablePairs(best.plan.model, best.plan.layers) : [];
  if (pairs.length < PAIRS_MIN) return undefined;
  progress?.(`trying equalization of ${pairs.length} pairs of layers`);
  const ranges = await channelRanges(best.plan.model, pairs, spread(samples, SAMPLES_FOR_RANGES), runtime);
  const plan = quantizer.plan(equalized(best.plan.model, pairs, ranges), options);
  const calibration = await calibrate(plan.model, plan.calibration, samples, runtime);
  const tried = await attempt(context, { ...best, plan, calibration });
  return outcome("equalization", best, tried, `channels of ${pairs.length} pairs of layers brought to like ranges`);
}

async function tryFit(context: Context, best: Tried): Promise<Outcome> {
  const { options, runtime } = context;
  if (!options.adaptive_rounding || (await context.calibration.input(0)).dims[0] !== 1) return undefined;
  const { plan, calibration } = best;
  context.progress?.(`fitting ${plan.layers.length} layers to the float model's outputs`);
  const samples = spread(context.calibration, SAMPLES_FOR_FIT);
  const fitted = await fitSequentially({ plan, calibration, choices: best, samples, runtime });
  const tried = await attempt(context, { ...best, fitted });
  return outcome(
    "adaptive-rounding",
    best,
    tried,
    `${fitted.size} layers fitted one after the other, to ${samples.count} samples`,
  );
}

/** Weights and ranges as they were trained, which nothing may correct any more, on samples that training has not seen. */
async function tryLearned(context: Context, best: Tried, start: Start): Promise<Outcome> {
  const { learned, quantizer, options, runtime, progress } = context;
  if (learned === undefined) return undefined;
  progress?.(`trying learned ranges on ${learned.unseen.count} samples that training has not seen`);
  const plan = quantizer.plan(learned.model, { ...options, bias_correction: false });
  const calibration = { ...start.calibration, means: new Map() };
  const trial = { ...start, plan, calibration, observer: best.observer, learned_ranges: learned.ranges };
  const tried = await attempt(context, trial);
  const float = await runtime.logits(writeModel(context.model), learned.unseen);
  const klOf = async ({ model }: Tried) =>
    mean(klBySample(float, await runtime.logits(writeModel(model), learned.unseen)));
  const [kl_before, kl_after] = [await klOf(best), await klOf(tried)];
  const detail = `${learned.ranges.size} ranges and the weights of training with simulated int8`;
  const taken = kl_after < kl_before;
  return { tried, choice: { choice: "learned-ranges", taken, kl_before, kl_after, speed_ratio: null, detail } };
}

function outcome(name: QuantizationChoice["choice"], before: Tried, tried: Tried, detail: string): Outcome {
  const taken = tried.kl < before.kl;
  const choice = { choice: name, taken, kl_before: before.kl, kl_after: tried.kl, speed_ratio: null, detail };
  return { tried, choice };
}

/** The same model without the pair limit, to know what the limit costs; it stays unless it costs too much. */
async function holdPairLimit(context: Context, best: Tried) {
  if (!best.portable) {
    const unlimited = { kl: best.kl, sqnr: meanWeightSqnr(best.layers) };
    return { kept: best, choice: undefined, portability: portabilityOf(best, unlimited) };
  }
  context.progress?.("measuring what the pair limit costs");
  const free = await attempt(context, { ...best, portable: false });
  const taken = best.kl <= free.kl * LIMIT_KL_RATIO_MAX || best.kl <= free.kl + LIMIT_KL_COST_MAX;
  const choice: QuantizationChoice = {
    choice: "pair-limit",
    taken,
    kl_before: free.kl,
    kl_after: best.kl,
    speed_ratio: null,
    detail: "no pair of weights overflows int16 on CPUs without VNNI",
  };
  const kept = taken ? best : free;
  return { kept, choice, portability: portabilityOf(best, { kl: free.kl, sqnr: meanWeightSqnr(free.layers) }) };
}

function portabilityOf(
  limited: Tried,
  unlimited: { readonly kl: number; readonly sqnr: number },
): Omit<Portability, keyof PairCount> {
  return {
    weight_sqnr_db: meanWeightSqnr(limited.layers),
    weight_sqnr_db_unlimited: unlimited.sqnr,
    kl: limited.kl,
    kl_unlimited: unlimited.kl,
  };
}
