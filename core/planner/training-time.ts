// Seconds of training that a time promise leaves, after the estimates of everything that is not training.
import { charge, left, openLedger } from "../budget/ledger.ts";
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { TrainingProfile } from "../workflow/records/training.ts";
import { type FixedCosts, fixedCosts } from "./fixed-costs.ts";
import { safeSize } from "./input-sizes.ts";
import { type Quantized, quantizeSeconds } from "./quantize-time.ts";
import { COST, SEARCH } from "./recipes.ts";

type Planned = Pick<PlanRecord, "budget" | "counts" | "backbone" | "crop_size" | "input_sizes">;

/** What one more candidate costs beside its epochs. A student that goes on is there already. */
export function candidateFixedSeconds(plan: Planned, profile: TrainingProfile, candidate: Quantized): number {
  const fixed = fixedCosts(profile, plan.backbone.architecture);
  const begun = candidate.continues === undefined ? fixed.student : fixed.continued;
  return begun + quantizeSeconds(plan.budget, fixed, candidate) + fixed.measure;
}

/** For the teacher's and all students' epochs, at least 0. What one candidate costs beside them is that of a whole network here,
 * since nothing is known of it yet. */
export function trainingSeconds(plan: Planned, profile: TrainingProfile): number {
  return Math.max(0, searchSeconds(plan, profile) - firstCandidateSeconds(plan, profile));
}

/** For the teacher's epochs and for candidates with all that comes with them; negative where the time is too short for the rest.
 * Without a time promise the default. */
export function searchSeconds(plan: Planned, profile: TrainingProfile): number {
  const { budget, counts, backbone } = plan;
  if (budget.time_s === undefined) return SEARCH.training_s_default + firstCandidateSeconds(plan, profile);
  const fixed = fixedCosts(profile, backbone.architecture);
  let ledger = openLedger(budget.time_s * SEARCH.time_safety);
  ledger = charge(ledger, "prepare-data", prepareSeconds(counts, fixed));
  ledger = charge(ledger, "profile", fixed.profile);
  ledger = charge(ledger, "fine-tune, beside its epochs", fixed.teacher);
  ledger = charge(ledger, "layer times", timeLayersSeconds(budget, fixed));
  ledger = charge(ledger, "certify", fixed.certify);
  ledger = charge(ledger, "report", fixed.report);
  return left(ledger);
}

function firstCandidateSeconds(plan: Planned, profile: TrainingProfile): number {
  return candidateFixedSeconds(plan, profile, { input_size: safeSize(plan), prune: null });
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
