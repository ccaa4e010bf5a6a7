// FineTuneKey: the teacher's recipe, worked out from plan and profile, and the key of what it gives.
import { teacherRecipe } from "../core/planner/teacher-recipe.ts";
import type { RunPayload, TaskPointer } from "../core/workflow/payload.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import type { TrainingProfile } from "../core/workflow/records/training.ts";
import { backboneSlice, nodesOf, taskPointer } from "./gpu-task.ts";
import { required } from "./required.ts";
import { readOutput } from "./run-step.ts";
import type { Services } from "./services.ts";
import { holdPrediction } from "./spend.ts";

/** The profile is not upstream: two profiles that lead to the same recipe on the same device give the same teacher. */
export async function fineTuneKey(payload: RunPayload, services: Services): Promise<TaskPointer> {
  const plan = await readOutput<PlanRecord>(services, required(payload.plan, "plan", "FineTuneKey"));
  const data = required(payload.data, "data", "FineTuneKey");
  const profile = required(payload.profile, "a profile", "FineTuneKey");
  const measured = await readOutput<TrainingProfile>(services, profile);
  const recipe = teacherRecipe(plan, measured);
  const { backbone, classes, input_sizes } = plan;
  const parameters = { backbone, recipe, classes, input_sizes, device: measured.device };
  const slice = { ...parameters, backbone: backboneSlice(backbone) };
  const nodes = nodesOf(plan, services);
  const request = { step: "fine-tune", upstream: [data], slice, parameters, nodes } as const;
  const task = await taskPointer(payload, plan, request, services);
  if (!task.done) holdPrediction(plan, measured, services);
  return task;
}
