// What `run --dry-run` prints: the rungs as the time allows them, and the seconds that each step is expected to take.
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { PlannedRung } from "../workflow/records/search.ts";
import type { Candidate, TeacherRecipe, TrainingProfile } from "../workflow/records/training.ts";
import { fixedCosts } from "./fixed-costs.ts";
import { networkOfPlan } from "./network.ts";
import { propose } from "./propose.ts";
import { quantizeSeconds } from "./quantize-time.ts";
import { continued } from "./shape.ts";
import { candidateSeconds } from "./student-time.ts";
import { planTeacher } from "./teacher-recipe.ts";
import { prepareSeconds, timeLayersSeconds } from "./training-time.ts";

export interface RunEstimate {
  readonly teacher: TeacherRecipe;
  /** Of the first rung. */
  readonly candidates: readonly Candidate[];
  /** The first rung and those planned behind it. */
  readonly rungs: readonly PlannedRung[];
  readonly remarks: readonly string[];
  /** Of all candidates of all these rungs together. */
  readonly seconds_by_step: Readonly<Record<string, number>>;
  readonly total_s: number;
}

/** Of a run whose search ends as planned: no promise is broken that another rung could mend. */
export function estimateRun(plan: PlanRecord, profile: TrainingProfile): RunEstimate {
  const teacher = planTeacher(plan, profile);
  const { input_size } = teacher.recipe;
  const network = networkOfPlan(plan);
  const { candidates, planned, why } = propose({
    plan,
    profile,
    teacher: { input_size, parameters: network.parameters, macs: network.macsAt(input_size) },
    tried: [],
    points: [],
    rung: 1,
    clock_left_s: null,
  });
  const measured = planned.reduce((sum, rung) => sum + rung.candidates, 0);
  const fixed = fixedCosts(profile, plan.backbone.architecture);
  const times_layers_s = timeLayersSeconds(plan.budget, fixed);
  // Which of them go on is not known, so the dearest always do.
  const overRungs = (cost: (candidate: Candidate) => number) =>
    planned.slice(1).reduce(
      (sum, { candidates: count, epochs }) => {
        return sum + count * Math.max(...candidates.map((candidate) => cost(continued(candidate, 2, epochs))));
      },
      candidates.reduce((sum, candidate) => sum + cost(candidate), 0),
    );
  const all_s = overRungs((candidate) => candidateSeconds(plan, profile, input_size, candidate));
  const quantize_s = overRungs((candidate) => quantizeSeconds(plan.budget, fixed, candidate));
  const seconds: Record<string, number> = {
    "prepare-data": prepareSeconds(plan.counts, fixed),
    profile: fixed.profile,
    "fine-tune": fixed.teacher + teacher.estimate_s,
    ...(times_layers_s > 0 ? { "time-layers": times_layers_s } : {}),
    compress: all_s - quantize_s - measured * fixed.measure,
    quantize: quantize_s,
    measure: measured * fixed.measure,
    certify: fixed.certify,
    report: fixed.report,
  };
  return {
    teacher: teacher.recipe,
    candidates,
    rungs: planned,
    remarks: [...teacher.remarks, why],
    seconds_by_step: seconds,
    total_s: Object.values(seconds).reduce((sum, s) => sum + s, 0),
  };
}
