// CompressKey: the key of what one candidate's recipe gives.

import { DecantError } from "../core/errors/problem.ts";
import { fixedCosts } from "../core/planner/fixed-costs.ts";
import { quantizeSeconds } from "../core/planner/quantize-time.ts";
import type { StepPointer } from "../core/store/store.ts";
import type { CandidatePayload, TaskPointer } from "../core/workflow/payload.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import type { Proposal } from "../core/workflow/records/search.ts";
import type { Candidate, TrainingProfile } from "../core/workflow/records/training.ts";
import { backboneSlice, nodesOf, taskPointer } from "./gpu-task.ts";
import { required } from "./required.ts";
import { readOutput } from "./run-step.ts";
import type { Services } from "./services.ts";

/** Seconds of what is left to do with a trained student: without them, a good file of an earlier rung would be lost too. */
function reserveSeconds({ budget, backbone }: PlanRecord, profile: TrainingProfile, candidate: Candidate): number {
  const fixed = fixedCosts(profile, backbone.architecture);
  return quantizeSeconds(budget, fixed, candidate) + fixed.measure + fixed.certify + fixed.report;
}

export async function compressKey(payload: CandidatePayload, services: Services): Promise<TaskPointer> {
  const plan = await readOutput<PlanRecord>(services, required(payload.plan, "plan", "CompressKey"));
  const data = required(payload.data, "data", "CompressKey");
  const teacher = required(payload.teacher, "the teacher", "CompressKey");
  // In the key, of the profile only the device counts: CPU and GPU round differently.
  const profile = await readOutput<TrainingProfile>(services, required(payload.profile, "a profile", "CompressKey"));
  const { device } = profile;
  const { candidate } = payload;
  const student = await continuedStudent(payload, services);
  const limited = candidate.prune?.latency_ms !== undefined;
  const timed = limited ? [required(payload.layer_times?.pointer ?? undefined, "layer times", "CompressKey")] : [];
  const { backbone, classes } = plan;
  const parameters = { backbone, candidate, classes, device };
  const slice = { ...parameters, backbone: backboneSlice(backbone) };
  const reserve_s = reserveSeconds(plan, profile, candidate);
  const deadline_ms = payload.deadline_ms === null ? null : payload.deadline_ms - 1000 * reserve_s;
  return taskPointer(
    { deadline_ms },
    plan,
    {
      step: "compress",
      upstream: [data, teacher, ...student, ...timed],
      slice,
      parameters,
      nodes: nodesOf(plan, services),
    },
    services,
  );
}

/** The earlier rung's Compress step whose student this candidate trains on; none where it begins anew. */
async function continuedStudent(payload: CandidatePayload, services: Services): Promise<StepPointer[]> {
  const { continues } = payload.candidate;
  if (continues === undefined) return [];
  const proposal = required(payload.proposal, "the proposal", "CompressKey");
  const { students } = await readOutput<Proposal>(services, proposal);
  const key = students[continues];
  if (key !== undefined) return [{ step: "compress", key }];
  const message = `Expected the proposal to know the student of ${continues}, got ${Object.keys(students).join(", ") || "none"}.`;
  throw new DecantError("Defect", message);
}
