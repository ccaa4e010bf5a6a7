// A shape or a candidate as the schedule sees it: how long it has been trained, and what training it on takes.
import type { Candidate } from "../workflow/records/training.ts";
import type { Runner } from "./halving.ts";
import type { ProposeInput } from "./propose-input.ts";
import { SEARCH } from "./recipes.ts";
import { candidateOf, continued, type Shape } from "./shape.ts";
import { candidateSeconds } from "./student-time.ts";
import { planTeacher } from "./teacher-recipe.ts";
import { searchSeconds } from "./training-time.ts";

type Timed = Pick<ProposeInput, "plan" | "profile" | "teacher" | "tried">;

/** Of a shape that nobody has trained yet. */
export function freshRunner(input: Timed, shape: Shape): Runner {
  return { epochs_done: 0, seconds: secondsOf(input, candidateOf(shape, 1, 0)) };
}

/** Of a candidate that goes on. */
export function runnerOf(input: Timed, candidate: Candidate): Runner {
  return { epochs_done: epochsOf(candidate, input.tried), seconds: secondsOf(input, candidate) };
}

/** Epochs in this rung and in all before it. */
export function epochsOf({ training, continues }: Candidate, tried: readonly Candidate[]): number {
  const earlier = tried.find(({ id }) => id === continues);
  return training.epochs + (earlier === undefined ? 0 : epochsOf(earlier, tried));
}

function secondsOf({ plan, profile, teacher }: Timed, candidate: Candidate): Runner["seconds"] {
  return (epochs, goes_on) => {
    const { continues, ...fresh } = candidate;
    const training = { ...candidate.training, epochs };
    const timed = goes_on ? continued(candidate, 1, epochs) : { ...fresh, training };
    return candidateSeconds(plan, profile, teacher.input_size, timed);
  };
}

/** By the profile's estimates of all that came before, and by the clock where there is a deadline: fixed costs included. A candidate
 * that was rejected, as one whose ratio no pruner reaches is within seconds, costs what the clock says. */
export function availableSeconds(input: ProposeInput): number {
  const { plan, profile, teacher, tried, rejected = [], clock_left_s } = input;
  const refused = new Set(clock_left_s === null ? [] : rejected.map(({ candidate_id }) => candidate_id));
  const trained = tried.filter(({ id }) => !refused.has(id));
  const spent = trained.reduce((sum, candidate) => {
    return sum + candidateSeconds(plan, profile, teacher.input_size, candidate);
  }, planTeacher(plan, profile).estimate_s);
  const planned = searchSeconds(plan, profile) - spent;
  return Math.min(planned, clockSeconds(input) ?? planned);
}

/** For a rung without which the run would end without a file: estimates, which are the same in every run of a job, must not refuse
 * what the clock still allows. */
export function correctingSeconds(input: ProposeInput): number {
  return clockSeconds(input) ?? availableSeconds(input);
}

/** The profile's word is good for the share that the plan laid out, so the same share of what is left. */
function clockSeconds({ clock_left_s }: ProposeInput): number | undefined {
  return clock_left_s === null ? undefined : clock_left_s * SEARCH.time_safety;
}

/** This one included. */
export function rungsLeft(rung: number): number {
  return SEARCH.rungs_max - rung + 1;
}
