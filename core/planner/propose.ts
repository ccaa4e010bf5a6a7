// A rung's candidates: one shape, trained for as many epochs as the time left allows.
// One candidate a rung: all of the time goes into one long distillation, and the next rung knows how it ended.
import type { DecidedPoint } from "../workflow/records/measurement.ts";
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { Candidate, TeacherOutput, TrainingProfile } from "../workflow/records/training.ts";
import { firstShape } from "./first-shape.ts";
import { usableSizes } from "./input-sizes.ts";
import { networkOfTeacher } from "./network.ts";
import { nextShape } from "./next-shape.ts";
import { SEARCH, STUDENT } from "./recipes.ts";
import { candidateOf, type Shape } from "./shape.ts";
import { affordableEpochs, candidateSeconds } from "./student-time.ts";
import { planTeacher } from "./teacher-recipe.ts";
import { CANDIDATE_FIXED_S, trainingSeconds } from "./training-time.ts";

export interface ProposeInput {
  readonly plan: PlanRecord;
  readonly profile: TrainingProfile;
  readonly teacher: Pick<TeacherOutput, "parameters" | "macs" | "input_size">;
  readonly tried: readonly Candidate[];
  readonly points: readonly DecidedPoint[];
  readonly rung: number;
  /** Seconds until the deadline, once the last steps are paid; null where the run has none. */
  readonly clock_left_s: number | null;
}

export interface Proposal {
  readonly candidates: readonly Candidate[];
  readonly estimate_s: number;
  readonly why: string;
}

export function propose(input: ProposeInput): Proposal {
  const { rung } = input;
  if (rung > SEARCH.rungs_max) return nothing(`the search ends after ${SEARCH.rungs_max} rungs`);
  const epochs_s = secondsForEpochs(input);
  if (rung === 1) return firstRung(input, epochs_s);
  const next = nextShape(input.plan, input.tried, input.points);
  if (next === undefined) return nothing("no untried input size or width could help");
  const epochs = epochsOf(input, next.shape, epochs_s);
  const needed = next.aim === "speed" ? SEARCH.epochs_for_gain : STUDENT.epochs_min;
  // No figure of the clock in here: the reason goes into Decide's key.
  if (epochs < needed) return nothing(`another rung needs ${needed} epochs, which the time left does not allow`);
  return one(input, next.shape, epochs, next.why);
}

function firstRung(input: ProposeInput, epochs_s: number): Proposal {
  const { plan, teacher } = input;
  const first = firstShape(plan, networkOfTeacher(teacher));
  const sizes = usableSizes(plan).filter((size) => size <= first.input_size);
  const options = sizes.map((input_size) => {
    const shape = { ...first, input_size };
    return { shape, epochs: epochsOf(input, shape, epochs_s) };
  });
  const option = options.find(({ epochs }) => epochs >= STUDENT.epochs_wanted) ?? options.at(-1)!;
  if (option.epochs < 1) return nothing("the time left allows no epoch of any candidate: promise more time");
  const width = option.shape.parameters_ratio;
  const pruned = width < 1 ? `pruned to ${(width * 100).toFixed(1)} % of the parameters` : "unpruned";
  return one(input, option.shape, option.epochs, `${option.shape.input_size} px, ${pruned}`);
}

/** By the profile's estimates of all that came before, and by the clock where there is a deadline. */
function secondsForEpochs({ plan, profile, teacher, tried, clock_left_s }: ProposeInput): number {
  const spent = tried.reduce((sum, candidate) => {
    return sum + candidateSeconds(plan, profile, teacher.input_size, candidate);
  }, planTeacher(plan, profile).estimate_s);
  // trainingSeconds has taken off one candidate's fixed costs: with those of the candidates tried, this one's are paid.
  const planned = trainingSeconds(plan) - spent;
  if (clock_left_s === null) return planned;
  // The profile's word is good for the share that the plan laid out, so the same share of what is left.
  return Math.min(planned, clock_left_s * SEARCH.time_safety - CANDIDATE_FIXED_S);
}

function epochsOf({ plan, profile, teacher }: ProposeInput, shape: Shape, available_s: number): number {
  const student = { input_size: shape.input_size, macs_ratio: Math.min(shape.macs_ratio, shape.parameters_ratio) };
  return affordableEpochs(plan, profile, teacher.input_size, student, available_s);
}

function one(input: ProposeInput, shape: Shape, epochs: number, why: string): Proposal {
  const candidate = candidateOf(shape, input.rung, epochs);
  const estimate_s = candidateSeconds(input.plan, input.profile, input.teacher.input_size, candidate);
  return { candidates: [candidate], estimate_s, why };
}

function nothing(why: string): Proposal {
  return { candidates: [], estimate_s: 0, why };
}
