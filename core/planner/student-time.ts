// Seconds that a candidate takes: each epoch trains the student; the teacher answers a limited number of views once.
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { Candidate, TrainingProfile } from "../workflow/records/training.ts";
import { COST, STUDENT } from "./recipes.ts";
import { epochMs, sampleTime } from "./speed.ts";
import { total } from "./teacher-recipe.ts";
import { candidateFixedSeconds } from "./training-time.ts";

export interface Student {
  readonly input_size: number;
  /** Share of the backbone's MACs that remains, 0..1. */
  readonly macs_ratio: number;
}

/** Of `epochs` epochs, without fixed costs. */
function studentSeconds(
  plan: PlanRecord,
  profile: TrainingProfile,
  teacherSize: number,
  student: Student,
  epochs: number,
): number {
  const { architecture } = plan.backbone;
  const own = sampleTime(profile, architecture, student.input_size);
  const teacher = sampleTime(profile, architecture, teacherSize);
  const shrunk = COST.unpruned_share + (1 - COST.unpruned_share) * student.macs_ratio;
  const train = total(plan.counts.train);
  const views_ms = Math.min(epochs, STUDENT.teacher_views_max) * train * teacher.forward_ms;
  const epoch_ms = epochMs(own, train, total(plan.counts.validation)) * shrunk;
  return (views_ms + epochs * epoch_ms) / 1000;
}

/** Epochs and all that comes with a candidate up to its measurement. */
export function candidateSeconds(
  plan: PlanRecord,
  profile: TrainingProfile,
  teacherSize: number,
  candidate: Candidate,
): number {
  const { input_size, prune, training } = candidate;
  // Pruned expansions take parameters and MACs in nearly equal shares (Lite0: 56 % and 54 %).
  const student = { input_size, macs_ratio: Math.min(prune?.macs_ratio ?? 1, prune?.parameters_ratio ?? 1) };
  const fixed_s = candidateFixedSeconds(plan, profile, candidate);
  return fixed_s + studentSeconds(plan, profile, teacherSize, student, training.epochs);
}
