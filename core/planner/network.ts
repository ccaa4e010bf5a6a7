// The size of a network as the planner sees it: parameters with the head, and MACs at any input size.
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { TeacherOutput } from "../workflow/records/training.ts";
import { BACKBONES } from "./recipes.ts";

export interface Network {
  readonly parameters: number;
  /** MACs of one image of `size` x `size` px. */
  macsAt(size: number): number;
}

/** As the trained teacher counts it. */
export function networkOfTeacher(teacher: Pick<TeacherOutput, "parameters" | "macs" | "input_size">): Network {
  return {
    parameters: teacher.parameters,
    macsAt: (size) => teacher.macs * (size / teacher.input_size) ** 2,
  };
}

/** Before training: from the list of known backbones; an unknown one counts as Lite0. */
export function networkOfPlan(plan: PlanRecord): Network {
  const known = BACKBONES[plan.backbone.architecture] ?? BACKBONES.tf_efficientnet_lite0!;
  return {
    parameters: known.feature_parameters + (known.features + 1) * plan.classes.length,
    macsAt: (size) => known.macs_224 * (size / 224) ** 2,
  };
}
