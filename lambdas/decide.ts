// Decide: every point so far against the promises; then another rung, a file to certify, or the end with its reason.
import { holdPromises } from "../core/gate/promises.ts";
import { markFront } from "../core/planner/front.ts";
import { pointKey } from "../core/planner/point-key.ts";
import { propose } from "../core/planner/propose.ts";
import { choose } from "../core/planner/rank.ts";
import { nextStep } from "../core/planner/stop.ts";
import { measurableTarget } from "../core/targets/list.ts";
import type { CandidateResult, RunPayload } from "../core/workflow/payload.ts";
import type {
  Certificate,
  DecidedPoint,
  Decision,
  MeasuredFile,
  Measurement,
} from "../core/workflow/records/measurement.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import type { TeacherOutput, TrainingProfile } from "../core/workflow/records/training.ts";
import { clockLeft } from "./propose.ts";
import { required } from "./required.ts";
import { readOutput, runStep } from "./run-step.ts";
import type { Services } from "./services.ts";

type DecisionPointer = NonNullable<RunPayload["decision"]>;

export async function decide(payload: RunPayload, services: Services): Promise<DecisionPointer> {
  const plan = await readOutput<PlanRecord>(services, required(payload.plan, "plan", "Decide"));
  const previousPointer = payload.decision && required(payload.decision, "the decision", "Decide");
  const previous = previousPointer && (await readOutput<Decision>(services, previousPointer));
  const certificatePointer = payload.certificate && required(payload.certificate, "the certificate", "Decide");
  const refusal = certificatePointer && (await readOutput<Certificate>(services, certificatePointer));
  const results = payload.results ?? [];
  const points = await allPoints(services, plan, previous, results);
  const tried = uniqueBy([...(previous?.tried ?? []), ...results.map(({ candidate }) => candidate)], ({ id }) => id);
  const refused = refusedPoints(previous, refusal);
  const rejected = uniqueBy(
    [...(previous?.rejected ?? []), ...results.flatMap(rejection)],
    ({ candidate_id }) => candidate_id,
  );
  const further = refusal
    ? { possible: false, why: "a file was refused by Certify, so the next on the front goes forward" }
    : await furtherRung(payload, services, plan, tried, points);
  const time_up = payload.deadline_ms !== null && services.now() >= payload.deadline_ms;
  const rungs = payload.proposal?.rung ?? 0;
  const { pointer, output } = await runStep<Decision>(
    services,
    {
      step: "decide",
      upstream: [
        ...results.flatMap(({ measured }) => (measured ? [measured] : [])),
        ...(previousPointer ? [previousPointer] : []),
        ...(certificatePointer ? [certificatePointer] : []),
      ],
      // Points and what became of them, as they were held against the budget; of the clock only what was concluded.
      slice: { points, rejected, tried, refused, further, time_up, rungs },
      environment: {},
    },
    async () => {
      const choice = choose(points, refused);
      const step = nextStep({ choice, points, further, time_up, after_certify: refusal !== undefined });
      return { ...step, rungs, points, rejected, refused_by_certify: refused, tried };
    },
  );
  return { ...pointer, next: output.next };
}

async function furtherRung(
  payload: RunPayload,
  services: Services,
  plan: PlanRecord,
  tried: Decision["tried"],
  points: readonly DecidedPoint[],
): Promise<{ possible: boolean; why: string }> {
  const profile = required(payload.given_profile ?? payload.profile, "a profile", "Decide");
  const teacher = required(payload.teacher, "the teacher", "Decide");
  const proposal = propose({
    plan,
    profile: await readOutput<TrainingProfile>(services, profile),
    teacher: await readOutput<TeacherOutput>(services, teacher),
    tried,
    points,
    rung: (payload.proposal?.rung ?? 0) + 1,
    clock_left_s: clockLeft(payload, services),
  });
  return { possible: proposal.candidates.length > 0, why: proposal.why };
}

async function allPoints(
  services: Services,
  plan: PlanRecord,
  previous: Decision | undefined,
  results: readonly CandidateResult[],
): Promise<DecidedPoint[]> {
  const fresh: DecidedPoint[] = [];
  for (const result of results) {
    if (!result.measured || !result.quantized || !result.compressed) continue;
    const measurement = await readOutput<Measurement>(services, result.measured);
    for (const file of [measurement.shipped, measurement.fp32]) {
      fresh.push(pointOf(services, plan, result, file));
    }
  }
  return markFront(uniqueBy([...(previous?.points ?? []), ...fresh], pointKey));
}

function pointOf(services: Services, plan: PlanRecord, result: CandidateResult, file: MeasuredFile): DecidedPoint {
  const device = measurableTarget(plan.target.device, services.machine);
  const { accuracy, latency } = file;
  return {
    candidate_id: result.candidate.id,
    precision: file.precision,
    measure_key: result.measured!.key,
    quantize_key: result.quantized!.key,
    compress_key: result.compressed!.key,
    size_bytes: file.size_bytes,
    latency_ms_p50: latency.ms_p50,
    latency_ms_p95_upper: latency.ms_p95_upper,
    top1: accuracy.top1,
    agreement_with_teacher: accuracy.agreement_with_teacher,
    kl_to_teacher: accuracy.kl_to_teacher.value,
    promises: holdPromises(plan.budget, file, device),
    on_front: false,
  };
}

function refusedPoints(previous: Decision | undefined, refusal: Certificate | undefined): string[] {
  const before = previous?.refused_by_certify ?? [];
  if (refusal === undefined || refusal.outcome !== "broken-size-or-latency") return [...before];
  return [...new Set([...before, pointKey(refusal.point)])];
}

function rejection({ candidate, error, measured }: CandidateResult): Decision["rejected"][number][] {
  if (measured || !error) return [];
  return [{ candidate_id: candidate.id, code: error.Error, reason: error.Cause }];
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
