// Decide: every point so far against the promises; then another rung, a file to certify, or the end with its reason.
import { dropRest } from "../core/planner/drop-rest.ts";
import { fixedCosts } from "../core/planner/fixed-costs.ts";
import { gather, type Known, type RungResult } from "../core/planner/points.ts";
import { propose } from "../core/planner/propose.ts";
import { choose } from "../core/planner/rank.ts";
import { nextStep } from "../core/planner/stop.ts";
import { measurableTarget } from "../core/targets/list.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import type { Certificate, Decision, Measurement } from "../core/workflow/records/measurement.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import type { DroppedCandidate, Proposal } from "../core/workflow/records/search.ts";
import type { TeacherOutput, TrainingProfile } from "../core/workflow/records/training.ts";
import { layerLatencies } from "./layer-latencies.ts";
import { clockLeft } from "./propose.ts";
import { required } from "./required.ts";
import { readOutput, runStep } from "./run-step.ts";
import type { Services } from "./services.ts";
import { type MoneyLeft, moneyLeft } from "./spend.ts";

type DecisionPointer = NonNullable<RunPayload["decision"]>;

export async function decide(payload: RunPayload, services: Services): Promise<DecisionPointer> {
  const plan = await readOutput<PlanRecord>(services, required(payload.plan, "plan", "Decide"));
  const previous = payload.decision && required(payload.decision, "the decision", "Decide");
  const results = await rungResults(payload, services);
  // Where it was measured, which in the cloud is another function than this one.
  const measuredOn = results.find(({ measurement }) => measurement)?.measurement?.machine;
  const device = measurableTarget(plan.target.device, measuredOn ?? services.machine);
  const before = previous && (await readOutput<Decision>(services, previous));
  // An older one was answered by the decision before.
  const certificate =
    before?.next === "certify" && payload.certificate
      ? required(payload.certificate, "the certificate", "Decide")
      : undefined;
  const refusal = certificate && (await readOutput<Certificate>(services, certificate));
  const proposal = await readOutput<Proposal>(services, required(payload.proposal, "the proposal", "Decide"));
  const known = gather(results, before, refusal, plan.budget, device, proposal);
  const money = await moneyLeft(payload, plan, before, services);
  const choice = choose(known.points, known.refused, known.tried);
  const further =
    refusal && choice
      ? { possible: false, why: "a file was refused by Certify, so the next on the front goes forward", dropped: [] }
      : await furtherRung(payload, services, plan, { ...known, proposal }, money);
  const spend_up = money.used_up;
  const time_up = payload.deadline_ms !== null && services.now() >= payload.deadline_ms;
  const rungs = payload.proposal?.rung ?? 0;
  const measured = results.flatMap((result) => (result.measured ? [result.measured] : []));
  const { pointer, output } = await runStep<Decision>(
    services,
    {
      step: "decide",
      upstream: [...measured, ...(previous ? [previous] : []), ...(certificate ? [certificate] : [])],
      // Points as they were held against the budget; of clock and money only what was concluded.
      slice: { ...known, further, time_up, ...(spend_up && { spend_up }), rungs },
      environment: {},
    },
    async () => {
      const { points, rejected, refused, tried, proposed } = known;
      const cut_off = rejected.some(({ code }) => code === "Deadline");
      const step = nextStep({ choice, points, further, time_up, spend_up, cut_off });
      const goes_on = step.next === "propose";
      const so_far = [...known.dropped, ...(goes_on ? further.dropped : [])];
      const rest = goes_on ? [] : dropRest({ tried, points, dropped: so_far, chosen: step.chosen });
      // After a refusal by Certify the choice may be one that had been beaten.
      const dropped = [...so_far, ...rest].filter(({ candidate_id }) => candidate_id !== step.chosen?.candidate_id);
      return { ...step, rungs, points, rejected, refused_by_certify: refused, tried, proposed, dropped };
    },
  );
  return { ...pointer, next: output.next, exit: output.exit ?? "", reason: output.reason };
}

function rungResults({ results = [] }: RunPayload, services: Services): Promise<RungResult[]> {
  return Promise.all(
    results.map(async (result) => {
      const { measured } = result;
      return measured ? { ...result, measurement: await readOutput<Measurement>(services, measured) } : result;
    }),
  );
}

async function furtherRung(
  payload: RunPayload,
  services: Services,
  plan: PlanRecord,
  { tried, points, rejected, proposal: current }: Known & { readonly proposal: Proposal },
  money: MoneyLeft,
): Promise<{ possible: boolean; why: string; dropped: readonly DroppedCandidate[] }> {
  // The clock only goes on: where this rung could hold nobody, the next could not either.
  if (current.candidates.length === 0) return { possible: false, why: current.why, dropped: [] };
  const pointer = required(payload.given_profile ?? payload.profile, "a profile", "Decide");
  const profile = await readOutput<TrainingProfile>(services, pointer);
  const teacher = required(payload.teacher, "the teacher", "Decide");
  const proposal = propose({
    plan,
    profile,
    teacher: await readOutput<TeacherOutput>(services, teacher),
    tried,
    points,
    rejected,
    rung: (payload.proposal?.rung ?? 0) + 1,
    clock_left_s: clockLeft(payload, services, fixedCosts(profile, plan.backbone.architecture)),
    latencies: await layerLatencies(payload, services),
  });
  if (proposal.candidates.length > 0 && !money.allows(proposal.estimate_s))
    return { possible: false, why: "another rung could cost more than the money promised leaves", dropped: [] };
  return { possible: proposal.candidates.length > 0, why: proposal.why, dropped: proposal.dropped };
}
