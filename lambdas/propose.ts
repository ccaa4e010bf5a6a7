// Propose: the next rung of candidates.
import { type FixedCosts, fixedCosts } from "../core/planner/fixed-costs.ts";
import { propose as proposeRung } from "../core/planner/propose.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import type { Decision } from "../core/workflow/records/measurement.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import type { Proposal } from "../core/workflow/records/search.ts";
import type { TeacherOutput, TrainingProfile } from "../core/workflow/records/training.ts";
import { layerLatencies } from "./layer-latencies.ts";
import { required } from "./required.ts";
import { readOutput, runStep } from "./run-step.ts";
import type { Services } from "./services.ts";

type ProposalPointer = NonNullable<RunPayload["proposal"]>;

/** The time left is read once, like a measurement: a run that goes on finds the same proposal and repeats nothing. */
export async function propose(payload: RunPayload, services: Services): Promise<ProposalPointer> {
  const rung = (payload.proposal?.rung ?? 0) + 1;
  const plan = await readOutput<PlanRecord>(services, required(payload.plan, "plan", "Propose"));
  const profile = required(payload.given_profile ?? payload.profile, "a profile", "Propose");
  const teacher = required(payload.teacher, "the teacher", "Propose");
  const decision = payload.decision && required(payload.decision, "the decision", "Propose");
  const { counts, backbone, crop_size, input_sizes, budget } = plan;
  const { pointer, output } = await runStep<Proposal>(
    services,
    {
      step: "propose",
      upstream: [
        profile,
        teacher,
        ...(payload.layer_times?.pointer ? [payload.layer_times.pointer] : []),
        ...(decision ? [decision] : []),
      ],
      slice: {
        rung,
        counts,
        architecture: backbone.architecture,
        pretrained_size: backbone.input_size,
        input_sizes,
        crop_size,
        budget,
      },
      environment: {},
    },
    async () => {
      const speeds = await readOutput<TrainingProfile>(services, profile);
      const previous = decision && (await readOutput<Decision>(services, decision));
      return proposeRung({
        plan,
        profile: speeds,
        teacher: await readOutput<TeacherOutput>(services, teacher),
        tried: previous?.tried ?? [],
        points: previous?.points ?? [],
        rejected: previous?.rejected ?? [],
        rung,
        clock_left_s: clockLeft(payload, services, fixedCosts(speeds, backbone.architecture)),
        latencies: await layerLatencies(payload, services),
      });
    },
  );
  return { ...pointer, rung, candidates: output.candidates };
}

/** Seconds until the deadline after Certify and Report are paid; null without one. */
export function clockLeft(payload: RunPayload, services: Services, { certify, report }: FixedCosts): number | null {
  if (payload.deadline_ms === null) return null;
  return (payload.deadline_ms - services.now()) / 1000 - certify - report;
}
