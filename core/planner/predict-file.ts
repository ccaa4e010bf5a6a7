// Bytes and milliseconds of a shape's int8 file: from the table of layer times where there is one, else from MACs; and the
// factors by which measurements have corrected both so far.
import { int8SizeBytes } from "../budget/size.ts";
import { percentile } from "../statistics/percentile.ts";
import { sortSamples } from "../statistics/sorted-samples.ts";
import type { DecidedPoint } from "../workflow/records/measurement.ts";
import type { Budget } from "../workflow/records/plan.ts";
import type { PredictedFile, PredictionFactors } from "../workflow/records/search.ts";
import type { Candidate } from "../workflow/records/training.ts";
import type { Network } from "./network.ts";
import { COST } from "./recipes.ts";
import { type Shape, shapeOfCandidate } from "./shape.ts";

/** The table of layer times as the planner reads it. */
export interface LayerLatencies {
  /** Median milliseconds of the int8 network at an input size, px, with this share of each of its inner widths. */
  latencyMs(input_size: number, widths_ratio: number): number;
  /** Widths are best multiples of this. */
  readonly channel_multiple: number;
  /** Of a file with this median on the target: promises are about the 95th percentile. */
  p95OverP50(ms_p50: number): number;
}

export type PredictFile = (shape: Shape) => PredictedFile;

export const NO_FACTORS: PredictionFactors = { size: 1, latency: 1 };

export function predictFile(
  network: Network,
  latencies: LayerLatencies | undefined,
  factors: PredictionFactors = NO_FACTORS,
): PredictFile {
  return (shape) => {
    const { input_size, parameters_ratio, macs_ratio, latency_ms } = shape;
    const by_macs = (network.macsAt(input_size) * widthOf(shape)) / COST.int8_macs_per_ms;
    // What is pruned for its parameters goes from the last layers, which take little of the time: measured at 128 px and 36.5 %
    // of the parameters 1.1 ms, where widths cut evenly would have taken 0.71. So only a limit on latency itself counts.
    const latency = latencies?.latencyMs(input_size, macs_ratio) ?? by_macs;
    return {
      size_bytes: Math.round(int8SizeBytes(parameters_ratio * network.parameters) * factors.size),
      latency_ms_p50: Math.min(latency, latency_ms ?? Number.POSITIVE_INFINITY) * factors.latency,
      basis: latencies ? "layer-times" : "macs",
    };
  };
}

/** In words; empty where size and latency are predicted to be kept. */
export function brokenByPrediction(
  { size_bytes = Number.POSITIVE_INFINITY, latency_ms_p95 = Number.POSITIVE_INFINITY }: Budget,
  predicted: PredictedFile,
): string[] {
  return [
    ...(predicted.size_bytes > size_bytes ? ["too large"] : []),
    ...(predicted.latency_ms_p50 > latency_ms_p95 ? ["too slow"] : []),
  ];
}

/** Share of the work that is left: pruned expansions take parameters and MACs in nearly equal shares. */
export function widthOf({ parameters_ratio, macs_ratio }: Pick<Shape, "parameters_ratio" | "macs_ratio">): number {
  return Math.min(parameters_ratio, macs_ratio);
}

/** By every quantized file measured so far, each candidate once. @param predict without factors */
export function factorsOf(
  predict: PredictFile,
  tried: readonly Candidate[],
  points: readonly DecidedPoint[],
): PredictionFactors {
  const pairs = tried.flatMap((candidate) => {
    const point = points.find(({ candidate_id, precision }) => candidate_id === candidate.id && precision !== "fp32");
    if (point === undefined) return [];
    const shape = shapeOfCandidate(candidate);
    const predicted = predict(shape);
    // Then the prediction is an upper bound: one that is kept with room to spare says nothing of others.
    const bound = predicted.basis === "layer-times" && shape.latency_ms === undefined && shape.parameters_ratio < 1;
    return [{ point, predicted, bound }];
  });
  if (pairs.length === 0) return NO_FACTORS;
  return {
    size: median(pairs.map(({ point, predicted }) => point.size_bytes / predicted.size_bytes)),
    latency: median(
      pairs.map(({ point, predicted, bound }) => {
        const ratio = point.latency_ms_p50 / predicted.latency_ms_p50;
        return bound ? Math.max(1, ratio) : ratio;
      }),
    ),
  };
}

function median(values: readonly number[]): number {
  return percentile(sortSamples(values), 50);
}
