// Seconds of training that a time promise leaves, after the estimates of everything that is not training.
import { charge, left, openLedger } from "../budget/ledger.ts";
import type { PlanRecord } from "../workflow/records/plan.ts";
import { COST, SEARCH } from "./recipes.ts";

/** What one more candidate costs beside its epochs. A student that goes on is there already, and its layers are timed. */
export function candidateFixedSeconds(budget: PlanRecord["budget"], goes_on = false): number {
  const measured = COST.quantize_s + COST.measure_s;
  if (goes_on) return COST.continued_fixed_s + measured;
  return COST.student_fixed_s + measured + (budget.latency_ms_p95 === undefined ? 0 : COST.time_precisions_s);
}

/** For the teacher's and all students' epochs, at least 0; without a time promise the default. */
export function trainingSeconds({ budget, counts }: Pick<PlanRecord, "budget" | "counts">): number {
  if (budget.time_s === undefined) return SEARCH.training_s_default;
  let ledger = openLedger(budget.time_s * SEARCH.time_safety);
  ledger = charge(ledger, "prepare-data", prepareSeconds(counts));
  ledger = charge(ledger, "profile", COST.profile_s);
  ledger = charge(ledger, "fine-tune, beside its epochs", COST.teacher_fixed_s);
  ledger = charge(ledger, "layer times", timeLayersSeconds(budget));
  ledger = charge(ledger, "one candidate, beside its epochs", candidateFixedSeconds(budget));
  ledger = charge(ledger, "certify", COST.certify_s);
  ledger = charge(ledger, "report", COST.report_s);
  return Math.max(0, left(ledger));
}

/** Layers are only timed where a latency is promised. */
export function timeLayersSeconds({ latency_ms_p95 }: PlanRecord["budget"]): number {
  return latency_ms_p95 === undefined ? 0 : COST.time_layers_s;
}

export function prepareSeconds(counts: PlanRecord["counts"]): number {
  const samples = Object.values(counts)
    .flat()
    .reduce((sum, count) => sum + count, 0);
  return COST.prepare_fixed_s + (samples * COST.prepare_ms_per_sample) / 1000;
}
