// CompressKey: the key of what one candidate's recipe gives.
import type { CandidatePayload, TaskPointer } from "../core/workflow/payload.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import { backboneSlice, taskPointer } from "./gpu-task.ts";
import { required } from "./required.ts";
import { readOutput } from "./run-step.ts";
import type { Services } from "./services.ts";

export async function compressKey(payload: CandidatePayload, services: Services): Promise<TaskPointer> {
  const plan = await readOutput<PlanRecord>(services, required(payload.plan, "plan", "CompressKey"));
  const data = required(payload.data, "data", "CompressKey");
  const teacher = required(payload.teacher, "the teacher", "CompressKey");
  const { candidate } = payload;
  const { backbone, classes } = plan;
  const parameters = { backbone, candidate, classes };
  const slice = { ...parameters, backbone: backboneSlice(backbone) };
  return taskPointer(payload, plan, { step: "compress", upstream: [data, teacher], slice, parameters }, services);
}
