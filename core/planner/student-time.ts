// Seconds that a candidate takes: each epoch trains the student and runs the teacher on the same crops.
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { Candidate, TrainingProfile } from "../workflow/records/training.ts";
import { COST } from "./recipes.ts";
import { sampleTime } from "./speed.ts";
import { total } from "./teacher-recipe.ts";
import { CANDIDATE_FIXED_S } from "./training-time.ts";

export interface StudentShape {
  readonly input_size: number;
  /** Share of the backbone's MACs that remains, 0..1. */
  readonly macs_ratio: number;
}

export function epochSeconds(
  plan: PlanRecord,
  profile: TrainingProfile,
  teacherSize: number,
  student: StudentShape,
): number {
  const { architecture } = plan.backbone;
  const own = sampleTime(profile, architecture, student.input_size);
  const teacher = sampleTime(profile, architecture, teacherSize);
  const shrunk = COST.unpruned_share + (1 - COST.unpruned_share) * student.macs_ratio;
  const train_ms = total(plan.counts.train) * (own.train_ms * shrunk + teacher.forward_ms);
  const validation_ms = total(plan.counts.validation) * own.forward_ms * shrunk;
  return (train_ms + validation_ms) / 1000;
}

/** Epochs and all that comes with a candidate up to its measurement. */
export function candidateSeconds(
  plan: PlanRecord,
  profile: TrainingProfile,
  teacherSize: number,
  candidate: Candidate,
): number {
  return CANDIDATE_FIXED_S + candidate.training.epochs * epochSeconds(plan, profile, teacherSize, shapeOf(candidate));
}

export function shapeOf({ input_size, prune }: Candidate): StudentShape {
  // Pruned expansions take parameters and MACs in nearly equal shares (Lite0: 56 % and 54 %).
  return { input_size, macs_ratio: prune?.macs_ratio ?? prune?.parameters_ratio ?? 1 };
}
