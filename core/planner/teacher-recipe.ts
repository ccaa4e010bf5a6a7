// How long and at which input size the teacher is fine-tuned: plan and profile in, recipe, estimate and remarks out.
// Reads no clock, so that the same plan and profile give the same recipe, whenever the run goes on.
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { TeacherRecipe, TrainingProfile } from "../workflow/records/training.ts";
import { safeSize, usableSizes } from "./input-sizes.ts";
import { TEACHER } from "./recipes.ts";
import { epochMs, sampleTime } from "./speed.ts";
import { trainingSeconds } from "./training-time.ts";

export interface TeacherPlan {
  readonly recipe: TeacherRecipe;
  /** Probe and epochs, without fixed costs. */
  readonly estimate_s: number;
  readonly remarks: readonly string[];
}

/**
 * The largest input whose linear probe fits, fine-tuned for as many epochs as fit. Too few epochs do harm: then the probe
 * alone is the teacher. A probe at the pretrained size was as good as fine-tuning at a smaller one (flowers: 87.7 to 88.3 %
 * at 224 px, 87.7 % fine-tuned at 160 px), so input size comes before epochs. But more pixels are not better everywhere
 * (surface defects, validation of 84: the probe has 85.7 % at 224 px and 94.0 % at 96), and probes at smaller sizes cost
 * little: they are tried, too.
 */
export function planTeacher(plan: PlanRecord, profile: TrainingProfile): TeacherPlan {
  const available_s = trainingSeconds(plan, profile) * TEACHER.time_share;
  const options = usableSizes(plan).map((size) => optionAt(plan, profile, size, available_s));
  const option = options.find(({ probe_s }) => probe_s <= available_s) ?? options.at(-1)!;
  const smaller = smallerProbes(plan, options, option, available_s);
  const recipe = {
    input_size: option.size,
    smaller_sizes: smaller.map(({ size }) => size),
    epochs: option.epochs,
    batch_size: TEACHER.batch_size,
    learning_rate: TEACHER.learning_rate,
    probe_epochs: TEACHER.probe_epochs,
  };
  const estimate_s = option.seconds + smaller.reduce((sum, { probe_s }) => sum + probe_s, 0);
  return { recipe, estimate_s, remarks: remarksOn(plan, recipe) };
}

/** The size that kept accuracy, and a small one, as far as the teacher's share of the time allows. */
function smallerProbes(plan: PlanRecord, options: readonly Option[], largest: Option, available_s: number): Option[] {
  const smallest = plan.backbone.input_size * TEACHER.probe_size_ratio_min;
  const small = options.findLast(({ size }) => size >= smallest) ?? options.at(-1)!;
  const tried = [safeSize(plan), small.size];
  let left_s = available_s - largest.seconds;
  return options.filter((option) => {
    const is_wanted = option.size < largest.size && tried.includes(option.size) && option.probe_s <= left_s;
    if (is_wanted) left_s -= option.probe_s;
    return is_wanted;
  });
}

interface Option {
  readonly size: number;
  readonly epochs: number;
  readonly probe_s: number;
  /** Probe and epochs. */
  readonly seconds: number;
}

export function teacherRecipe(plan: PlanRecord, profile: TrainingProfile): TeacherRecipe {
  return planTeacher(plan, profile).recipe;
}

function optionAt(plan: PlanRecord, profile: TrainingProfile, size: number, available_s: number): Option {
  const time = sampleTime(profile, plan.backbone.architecture, size);
  const train = total(plan.counts.train);
  const validation = total(plan.counts.validation);
  const probe_s = ((TEACHER.probe_views * train + validation) * time.forward_ms) / 1000;
  const epoch_s = epochMs(time, train, validation) / 1000;
  const affordable = Math.floor((available_s - probe_s) / epoch_s);
  const epochs = affordable < TEACHER.epochs_min ? 0 : Math.min(TEACHER.epochs_max, affordable);
  return { size, epochs, probe_s, seconds: probe_s + epochs * epoch_s };
}

function remarksOn(plan: PlanRecord, { input_size, epochs }: TeacherRecipe): string[] {
  const remarks: string[] = [];
  if (input_size < plan.backbone.input_size) {
    const largest = usableSizes(plan)[0];
    const why =
      input_size === largest ? "the images are not larger" : "a linear probe of the larger input doesn't fit the time";
    remarks.push(
      `the teacher is trained at ${input_size} px instead of the pretrained ${plan.backbone.input_size} px: ${why}`,
    );
  }
  if (epochs === 0) {
    const needed = `fewer than ${TEACHER.epochs_min} epochs of fine-tuning fit the time`;
    remarks.push(`the teacher is a linear probe alone: ${needed}; a longer time promise helps`);
  }
  return remarks;
}

export function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
