// Seconds of training that a time promise leaves, after the estimates of everything that is not training.
import { charge, left, openLedger } from "../budget/ledger.ts";
import type { PlanRecord } from "../workflow/records/plan.ts";
import { COST, SEARCH } from "./recipes.ts";

/** What one more candidate costs beside its epochs. */
export const CANDIDATE_FIXED_S = COST.student_fixed_s + COST.quantize_s + COST.measure_s;

/** The same of a student that goes on. */
export const CONTINUED_FIXED_S = COST.continued_fixed_s + COST.quantize_s + COST.measure_s;

/** For the teacher's and all students' epochs, at least 0; without a time promise the default. */
export function trainingSeconds({ budget, counts }: Pick<PlanRecord, "budget" | "counts">): number {
  if (budget.time_s === undefined) return SEARCH.training_s_default;
  let ledger = openLedger(budget.time_s * SEARCH.time_safety);
  ledger = charge(ledger, "prepare-data", prepareSeconds(counts));
  ledger = charge(ledger, "profile", COST.profile_s);
  ledger = charge(ledger, "fine-tune, beside its epochs", COST.teacher_fixed_s);
  ledger = charge(ledger, "one candidate, beside its epochs", CANDIDATE_FIXED_S);
  ledger = charge(ledger, "certify", COST.certify_s);
  ledger = charge(ledger, "report", COST.report_s);
  return Math.max(0, left(ledger));
}

export function prepareSeconds(counts: PlanRecord["counts"]): number {
  const samples = Object.values(counts)
    .flat()
    .reduce((sum, count) => sum + count, 0);
  return COST.prepare_fixed_s + (samples * COST.prepare_ms_per_sample) / 1000;
}
