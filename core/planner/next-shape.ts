// A later rung's shape, from what the points so far broke: size, then latency, then accuracy; nothing broken: speed.
import type { DecidedPoint, PromiseResult } from "../workflow/records/measurement.ts";
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { Candidate } from "../workflow/records/training.ts";
import { SEARCH } from "./recipes.ts";
import { type Shape, shapeOfCandidate, thousandths } from "./shape.ts";

export interface NextShape {
  readonly shape: Shape;
  readonly aim: "size" | "latency" | "accuracy" | "speed";
  readonly why: string;
}

/**
 * Undefined: nothing untried is left that could help.
 * @param sizes of students, descending
 * @param last the candidate to better
 */
export function nextShape(
  plan: PlanRecord,
  sizes: readonly number[],
  tried: readonly Candidate[],
  points: readonly DecidedPoint[],
  last: Candidate | undefined = tried.at(-1),
): NextShape | undefined {
  const point = points.find(({ candidate_id, precision }) => candidate_id === last?.id && precision !== "fp32");
  if (last === undefined || point === undefined) return undefined;
  const shape = shapeOfCandidate(last);
  const broken = (promise: PromiseResult["promise"]) =>
    point.promises.find((result) => result.promise === promise && result.verdict === "failed");
  const proposal =
    smaller(shape, point, broken("size")) ??
    faster(sizes, shape, point, broken("latency-p95")) ??
    moreAccurate(plan, sizes, shape, point, broken("accuracy-drop")) ??
    (point.promises.some(({ verdict }) => verdict === "failed") ? undefined : quicker(sizes, shape));
  if (proposal === undefined) return undefined;
  const again = tried.some((candidate) => sameShape(shapeOfCandidate(candidate), proposal.shape));
  return again ? undefined : proposal;
}

function smaller(shape: Shape, point: DecidedPoint, size: PromiseResult | undefined): NextShape | undefined {
  if (size === undefined) return undefined;
  const share = (size.promised / point.size_bytes) * (1 - SEARCH.size_margin);
  const parameters_ratio = Math.max(SEARCH.parameters_ratio_min, thousandths(shape.parameters_ratio * share));
  return { shape: { ...shape, parameters_ratio }, aim: "size", why: "the file was too large, so more is pruned" };
}

function faster(
  sizes: readonly number[],
  shape: Shape,
  point: DecidedPoint,
  latency: PromiseResult | undefined,
): NextShape | undefined {
  if (latency === undefined) return undefined;
  const share = (latency.promised / point.latency_ms_p95_upper) * (1 - SEARCH.latency_margin);
  if (shape.latency_ms !== undefined && share >= SEARCH.latency_share_min) {
    const latency_ms = thousandths(shape.latency_ms * share);
    return { shape: { ...shape, latency_ms }, aim: "latency", why: "it was too slow, so it is pruned to less latency" };
  }
  const below = sizes.filter((size) => size < shape.input_size);
  const enough = below.find((size) => (size / shape.input_size) ** 2 <= share);
  const limit = latencyLimit(shape, share);
  if (enough !== undefined) {
    const smaller = { ...shape, ...limit, input_size: enough };
    return { shape: smaller, aim: "latency", why: "it was too slow, so the input is smaller" };
  }
  const input_size = below.at(-1) ?? shape.input_size;
  const rest = share / (input_size / shape.input_size) ** 2;
  const macs_ratio = thousandths(Math.min(shape.macs_ratio, shape.parameters_ratio) * rest);
  if (macs_ratio < SEARCH.parameters_ratio_min) return undefined;
  const why = "it was too slow at the smallest input, so more is pruned";
  return { shape: { ...shape, ...limit, input_size, macs_ratio }, aim: "latency", why };
}

function moreAccurate(
  plan: PlanRecord,
  sizes: readonly number[],
  shape: Shape,
  point: DecidedPoint,
  drop: PromiseResult | undefined,
): NextShape | undefined {
  if (drop === undefined) return undefined;
  const promise = plan.budget.latency_ms_p95;
  const fits = (size: number) =>
    promise === undefined || point.latency_ms_p95_upper * (size / shape.input_size) ** 2 <= promise;
  const larger = sizes.filter((size) => size > shape.input_size && fits(size)).at(-1);
  if (larger === undefined) return undefined;
  const why = "it lost too much accuracy, so the input is larger";
  return { shape: { ...shape, input_size: larger }, aim: "accuracy", why };
}

function quicker(sizes: readonly number[], shape: Shape): NextShape | undefined {
  const below = sizes.find((size) => size < shape.input_size);
  if (below === undefined) return undefined;
  const why = "every promise is kept and time is left, so a smaller and faster input is tried";
  const limit = latencyLimit(shape, (below / shape.input_size) ** 2);
  return { shape: { ...shape, ...limit, input_size: below }, aim: "speed", why };
}

/** A shape's own latency limit, scaled: otherwise a smaller input would only be pruned less, and be no faster. */
function latencyLimit({ latency_ms }: Shape, share: number): Pick<Shape, "latency_ms"> {
  return latency_ms === undefined ? {} : { latency_ms: thousandths(latency_ms * share) };
}

export function sameShape(a: Shape, b: Shape): boolean {
  const ratios = a.parameters_ratio === b.parameters_ratio && a.macs_ratio === b.macs_ratio;
  return ratios && a.input_size === b.input_size && a.pruner === b.pruner && a.latency_ms === b.latency_ms;
}
