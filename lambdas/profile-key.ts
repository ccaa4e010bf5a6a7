// ProfileKey: the training speed of this machine, measured once, or the profile that was passed in.
import { profiledSizes } from "../core/planner/input-sizes.ts";
import { TEACHER } from "../core/planner/recipes.ts";
import type { RunPayload, TaskPointer } from "../core/workflow/payload.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import { taskPointer } from "./gpu-task.ts";
import { required } from "./required.ts";
import { readOutput } from "./run-step.ts";
import type { Services } from "./services.ts";

export async function profileKey(payload: RunPayload, services: Services): Promise<TaskPointer> {
  if (payload.given_profile) {
    const { step, key } = payload.given_profile;
    return { step, key, done: true, input: "", output: "", deadline_ms: "" };
  }
  const plan = await readOutput<PlanRecord>(services, required(payload.plan, "plan", "ProfileKey"));
  return taskPointer(payload, plan, profileTask(plan, services), services);
}

/** Also what `decant profile` measures. */
export function profileTask(plan: Pick<PlanRecord, "backbone" | "input_sizes">, { task_machine }: Services) {
  const parameters = {
    architecture: plan.backbone.architecture,
    input_sizes: profiledSizes(plan.input_sizes),
    batch_size: TEACHER.batch_size,
  };
  const { cpu_model, cpu_flags, cores } = task_machine;
  const environment = { cpu_model, cpu_flags, cores };
  return { step: "profile" as const, upstream: [], slice: parameters, environment, parameters };
}
