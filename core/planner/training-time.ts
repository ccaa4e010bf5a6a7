// Seconds of training that a time promise leaves, after the estimates of everything that is not training.
import { charge, left, openLedger } from "../budget/ledger.ts";
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { TrainingProfile } from "../workflow/records/training.ts";
import { type FixedCosts, fixedCosts } from "./fixed-costs.ts";
import { COST, SEARCH } from "./recipes.ts";

type Planned = Pick<PlanRecord, "budget" | "counts" | "backbone">;

/** What one more candidate costs beside its epochs. A student that goes on is there already, and its layers are timed. */
export function candidateFixedSeconds(plan: Planned, profile: TrainingProfile, goes_on = false): number {
  const fixed = fixedCosts(profile, plan.backbone.architecture);
  const measured = fixed.quantize + fixed.measure;
  if (goes_on) return fixed.continued + measured;
  return fixed.student + measured + (plan.budget.latency_ms_p95 === undefined ? 0 : fixed.time_precisions);
}

/** For the teacher's and all students' epochs, at least 0; without a time promise the default. */
export function trainingSeconds(plan: Planned, profile: TrainingProfile): number {
  const { budget, counts, backbone } = plan;
  if (budget.time_s === undefined) return SEARCH.training_s_default;
  const fixed = fixedCosts(profile, backbone.architecture);
  let ledger = openLedger(budget.time_s * SEARCH.time_safety);
  ledger = charge(ledger, "prepare-data", prepareSeconds(counts, fixed));
  ledger = charge(ledger, "profile", fixed.profile);
  ledger = charge(ledger, "fine-tune, beside its epochs", fixed.teacher);
  ledger = charge(ledger, "layer times", timeLayersSeconds(budget, fixed));
  ledger = charge(ledger, "one candidate, beside its epochs", candidateFixedSeconds(plan, profile));
  ledger = charge(ledger, "certify", fixed.certify);
  ledger = charge(ledger, "report", fixed.report);
  return Math.max(0, left(ledger));
}

/** Layers are only timed where a latency is promised. */
export function timeLayersSeconds({ latency_ms_p95 }: PlanRecord["budget"], { time_layers }: FixedCosts): number {
  return latency_ms_p95 === undefined ? 0 : time_layers;
}

export function prepareSeconds(counts: PlanRecord["counts"], { prepare }: FixedCosts): number {
  const samples = Object.values(counts)
    .flat()
    .reduce((sum, count) => sum + count, 0);
  return prepare + (samples * COST.prepare_ms_per_sample) / 1000;
}
