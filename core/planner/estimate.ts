// What `run --dry-run` prints: the first rung and the seconds that each step is expected to take.
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { Candidate, TeacherRecipe, TrainingProfile } from "../workflow/records/training.ts";
import { networkOfPlan } from "./network.ts";
import { propose } from "./propose.ts";
import { COST } from "./recipes.ts";
import { planTeacher } from "./teacher-recipe.ts";
import { CANDIDATE_FIXED_S, prepareSeconds } from "./training-time.ts";

export interface RunEstimate {
  readonly teacher: TeacherRecipe;
  readonly candidates: readonly Candidate[];
  readonly remarks: readonly string[];
  readonly seconds_by_step: Readonly<Record<string, number>>;
  readonly total_s: number;
}

/** Of a run whose search ends after one rung. */
export function estimateRun(plan: PlanRecord, profile: TrainingProfile): RunEstimate {
  const teacher = planTeacher(plan, profile);
  const { input_size } = teacher.recipe;
  const network = networkOfPlan(plan);
  const rung = propose({
    plan,
    profile,
    teacher: { input_size, parameters: network.parameters, macs: network.macsAt(input_size) },
    tried: [],
    points: [],
    rung: 1,
    clock_left_s: null,
  });
  const seconds = {
    "prepare-data": prepareSeconds(plan.counts),
    profile: COST.profile_s,
    "fine-tune": COST.teacher_fixed_s + teacher.estimate_s,
    compress: Math.max(0, rung.estimate_s - CANDIDATE_FIXED_S) + COST.student_fixed_s,
    quantize: COST.quantize_s,
    measure: COST.measure_s,
    certify: COST.certify_s,
    report: COST.report_s,
  };
  return {
    teacher: teacher.recipe,
    candidates: rung.candidates,
    remarks: [...teacher.remarks, rung.why],
    seconds_by_step: seconds,
    total_s: Object.values(seconds).reduce((sum, s) => sum + s, 0),
  };
}
