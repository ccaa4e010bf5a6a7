// What Decide knows: the points of every rung so far, what gave none and why, and what Certify refused.
import { holdPromises } from "../gate/promises.ts";
import { attemptOf } from "../store/path-rules.ts";
import type { Measurable } from "../targets/target.ts";
import type { CandidateResult } from "../workflow/payload.ts";
import type {
  Certificate,
  DecidedPoint,
  Decision,
  MeasuredFile,
  Measurement,
} from "../workflow/records/measurement.ts";
import type { Budget } from "../workflow/records/plan.ts";
import type { Proposal } from "../workflow/records/search.ts";
import { asCertified } from "./as-certified.ts";
import { markFront } from "./front.ts";
import { pointKey } from "./point-key.ts";

export interface Known {
  readonly points: readonly DecidedPoint[];
  readonly rejected: Decision["rejected"];
  readonly tried: Decision["tried"];
  readonly proposed: Decision["proposed"];
  /** In earlier rungs. */
  readonly dropped: Decision["dropped"];
  readonly refused: readonly string[];
}

/** A candidate's result, with its measurement where it has one. */
export interface RungResult extends CandidateResult {
  readonly measurement?: Measurement;
}

/** Of this rung and, through the previous decision, of all before it. */
export function gather(
  results: readonly RungResult[],
  previous: Decision | undefined,
  refusal: Certificate | undefined,
  budget: Budget,
  device: Measurable,
  proposal?: Pick<Proposal, "proposed">,
): Known {
  const points = results.flatMap((result) => pointsOf(result, budget, device));
  const rejected = results.flatMap(rejection);
  const tried = results.map(({ candidate }) => candidate);
  return {
    points: markFront(asCertified(uniqueBy([...(previous?.points ?? []), ...points], pointKey), refusal)),
    rejected: uniqueBy([...(previous?.rejected ?? []), ...rejected], ({ candidate_id }) => candidate_id),
    tried: uniqueBy([...(previous?.tried ?? []), ...tried], ({ id }) => id),
    proposed: uniqueBy(
      [...(previous?.proposed ?? []), ...(proposal?.proposed ?? [])],
      ({ candidate_id }) => candidate_id,
    ),
    dropped: previous?.dropped ?? [],
    refused: refusedPoints(previous, refusal),
  };
}

/** The quantized file and the float file, each a point of its own. */
function pointsOf(result: RungResult, budget: Budget, device: Measurable): DecidedPoint[] {
  const { candidate, measurement, measured, quantized, compressed } = result;
  if (!measurement || !measured || !quantized || !compressed) return [];
  const keys = { measure_key: measured.key, quantize_key: quantized.key, compress_key: compressed.key };
  return [measurement.shipped, measurement.fp32].map((file) => ({
    candidate_id: candidate.id,
    ...keys,
    ...(measurement.epochs_missed ? { epochs_missed: measurement.epochs_missed } : {}),
    ...figuresOf(file),
    promises: holdPromises(budget, file, device),
    on_front: false,
  }));
}

function figuresOf({ precision, size_bytes, accuracy, latency }: MeasuredFile) {
  return {
    precision,
    size_bytes,
    latency_ms_p50: latency.ms_p50,
    latency_ms_p95_upper: latency.ms_p95_upper,
    top1: accuracy.top1,
    agreement_with_teacher: accuracy.agreement_with_teacher,
    kl_to_teacher: accuracy.kl_to_teacher.value,
  };
}

function rejection({ candidate, error, measured, compressed }: RungResult): Decision["rejected"][number][] {
  if (measured || !error) return [];
  const attempt = compressed ? attemptOf(compressed) : undefined;
  const compress = compressed && attempt !== undefined ? { key: compressed.key, attempt } : undefined;
  return [{ candidate_id: candidate.id, code: error.Error, reason: error.Cause, ...(compress && { compress }) }];
}

function refusedPoints(previous: Decision | undefined, refusal: Certificate | undefined): string[] {
  const before = previous?.refused_by_certify ?? [];
  if (refusal?.outcome !== "broken-size-or-latency") return [...before];
  return [...new Set([...before, pointKey(refusal.point)])];
}

/** The first of each key: after Certify the rung's results come again, and what it found of one of them stays. */
function uniqueBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((item) => !seen.has(key(item)) && seen.add(key(item)));
}
