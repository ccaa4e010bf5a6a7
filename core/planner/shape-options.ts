// Which shapes are worth trying, the first choice first: at each input size as wide as the promises of size and latency let
// it be, by prediction. At equal latency a smaller input kept more accuracy than pruning, so input size comes first.
import { parametersRatioFor } from "../budget/size.ts";
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { PredictionFactors } from "../workflow/records/search.ts";
import { safeSize, studentSizes } from "./input-sizes.ts";
import type { Network } from "./network.ts";
import { brokenByPrediction, type LayerLatencies, predictFile, widthOf } from "./predict-file.ts";
import { SEARCH, STUDENT } from "./recipes.ts";
import { type Shape, thousandths } from "./shape.ts";

export interface ShapeOption {
  readonly shape: Shape;
  readonly why: string;
}

export interface SearchSpace {
  readonly plan: PlanRecord;
  readonly network: Network;
  readonly teacher_size: number;
  /** undefined: latencies are predicted from MACs. */
  readonly latencies: LayerLatencies | undefined;
  readonly factors: PredictionFactors;
}

/** At least one. The first is the largest input at which accuracy was kept in measurements and that is fast enough. */
export function shapeOptions(space: SearchSpace): ShapeOption[] {
  const sizes = studentSizes(space.plan, space.teacher_size);
  const safe = safeSize(space.plan);
  const whole = sizes.map((size) => atSize(space, size));
  const first = whole.findIndex((option, at) => option?.narrowed === false && sizes[at]! <= safe);
  const base = first === -1 ? slowest(space, sizes.at(-1)!) : whole[first]!;
  const at = first === -1 ? sizes.length - 1 : first;
  const around = sizes.flatMap((_, step) => (step === 0 ? [other(base)] : [whole[at - step], whole[at + step]]));
  // The other pruner stands behind the nearest sizes.
  const ordered = [base, ...around.slice(1, 3), around[0], ...around.slice(3)];
  return ordered
    .filter((option) => option !== undefined)
    .map(({ shape, why }) => ({ shape, why: `${why}${caveat(space, shape)}` }));
}

interface Fitted extends ShapeOption {
  /** Pruned for latency's sake by more than latency_share_preferred. */
  readonly narrowed: boolean;
}

/** undefined where more than latency_share_min of the work would have to go for latency's sake alone. */
function atSize(space: SearchSpace, input_size: number): Fitted | undefined {
  const shape: Shape = { input_size, parameters_ratio: parametersRatio(space), macs_ratio: 1 };
  const share = latencyShare(space, shape);
  if (share >= 1) return { shape, narrowed: false, why: `${input_size} px, ${describeWidth(shape)}` };
  const left = latencyLeft(space, shape);
  if (share >= SEARCH.latency_share_preferred * left) {
    const why = `${input_size} px, ${describeWidth(shape)}, chosen so that it keeps the latency promised too`;
    return { shape: narrow(space, shape, share), narrowed: false, why };
  }
  if (share < SEARCH.latency_share_min * left) return undefined;
  const why = `${input_size} px, pruned to the latency promised: a larger input against more width`;
  return { shape: narrow(space, shape, share), narrowed: true, why };
}

/** Where even the smallest input is predicted too slow. */
function slowest(space: SearchSpace, input_size: number): Fitted {
  const shape: Shape = { input_size, parameters_ratio: parametersRatio(space), macs_ratio: 1 };
  const share = latencyShare(space, shape);
  // MACs are too rough a guide to prune by before anything was measured.
  if (space.latencies === undefined && space.factors.latency === 1) {
    const why = `${input_size} px, ${describeWidth(shape)}: by its MACs too slow, but that is rough, so it is measured`;
    return { shape, narrowed: false, why };
  }
  const least = space.latencies === undefined ? SEARCH.latency_share_min : SEARCH.latency_share_min_smallest;
  const kept = Math.max(share, least * latencyLeft(space, shape));
  const why = `${input_size} px, the smallest input, pruned for the latency promised`;
  return { shape: narrow(space, shape, kept), narrowed: true, why };
}

/** The same by another pruner, where anything is pruned. */
function other({ shape, narrowed }: Fitted): Fitted | undefined {
  if (widthOf(shape) >= 1 || shape.pruner !== undefined) return undefined;
  const why = `${shape.input_size} px, as small, but widths and whole blocks chosen together`;
  return { shape: { ...shape, pruner: STUDENT.pruner_other }, narrowed, why };
}

/** By the table to milliseconds, which whole blocks may go for; without one to a share of the MACs. */
function narrow({ plan, latencies }: SearchSpace, shape: Shape, share: number): Shape {
  const promise = plan.budget.latency_ms_p95;
  if (latencies === undefined || promise === undefined)
    return { ...shape, macs_ratio: thousandths(shape.parameters_ratio * share) };
  const predicted = latencies.latencyMs(shape.input_size, shape.macs_ratio);
  const latency_ms = thousandths(predicted * Math.min(1, share));
  const { channel_multiple } = latencies;
  const narrowed = { ...shape, pruner: STUDENT.pruner_other, latency_ms };
  return channel_multiple === STUDENT.channel_multiple ? narrowed : { ...narrowed, channel_multiple };
}

/** Of the whole network's time by the table, what pruning for size alone is expected to leave; MACs know that themselves. */
function latencyLeft({ latencies }: SearchSpace, { parameters_ratio }: Shape): number {
  return latencies === undefined ? 1 : 1 - SEARCH.latency_per_parameters * (1 - parameters_ratio);
}

/** Of the work of this shape that the latency promise lets be, above 1 where there is room. */
function latencyShare({ plan, network, latencies, factors }: SearchSpace, shape: Shape): number {
  const promise = plan.budget.latency_ms_p95;
  if (promise === undefined) return Number.POSITIVE_INFINITY;
  const predicted = predictFile(network, latencies, factors)(shape);
  const p95_over_p50 = latencies?.p95OverP50(promise / SEARCH.latency_p95_over_p50) ?? SEARCH.latency_p95_over_p50;
  return (promise * (1 - SEARCH.latency_margin)) / (predicted.latency_ms_p50 * p95_over_p50);
}

/** Rounded down to 0.1 %, so that a byte more or less makes no other candidate. */
function parametersRatio({ plan, network, factors }: SearchSpace): number {
  const { size_bytes } = plan.budget;
  if (size_bytes === undefined) return 1;
  const ratio = parametersRatioFor(size_bytes / factors.size, network.parameters, SEARCH.size_margin);
  return Math.max(SEARCH.parameters_ratio_min, thousandths(ratio));
}

function describeWidth({ parameters_ratio }: Shape): string {
  return parameters_ratio < 1 ? `pruned to ${(parameters_ratio * 100).toFixed(1)} % of the parameters` : "unpruned";
}

/** Where a promise can't be kept by prediction: that is said, and tried all the same, since predictions can be wrong. */
function caveat({ plan, network, latencies, factors }: SearchSpace, shape: Shape): string {
  const wrong = brokenByPrediction(plan.budget, predictFile(network, latencies, factors)(shape));
  return wrong.length > 0 ? `; predicted ${wrong.join(" and ")} all the same` : "";
}
