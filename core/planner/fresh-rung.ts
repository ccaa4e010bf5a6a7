// A rung of new students: as many of the options as the time is long enough for, so that whoever wins is trained for long;
// where it is not, the first one alone, for all of the time.
import type { PlannedRung } from "../workflow/records/search.ts";
import type { Candidate } from "../workflow/records/training.ts";
import { epochsWithin, halve } from "./halving.ts";
import { studentSizes } from "./input-sizes.ts";
import type { ProposeInput } from "./propose-input.ts";
import { SEARCH, STUDENT } from "./recipes.ts";
import { freshRunner, rungsLeft } from "./runner.ts";
import { candidateOf, type Shape } from "./shape.ts";
import type { ShapeOption } from "./shape-options.ts";

export interface PlannedCandidates {
  readonly made: readonly { readonly candidate: Candidate; readonly why: string }[];
  readonly planned: readonly PlannedRung[];
  readonly why: string;
}

export interface FreshRungRules {
  /** Of a candidate alone. */
  readonly epochs_min: number;
  /** Whether a smaller input is taken where the time is too short for the first option's. */
  readonly smaller_inputs: boolean;
  /** For all of its candidates together. */
  readonly available_s: number;
}

/** @param options the first choice first, at least one; undefined where the time allows none of them */
export function freshRung(
  input: ProposeInput,
  options: readonly ShapeOption[],
  rules: FreshRungRules,
): PlannedCandidates | undefined {
  return sideBySide(input, options, rules) ?? alone(input, options[0]!, rules);
}

/** Grown one by one: an option that would leave the winner too little time is left out. */
function sideBySide(
  input: ProposeInput,
  options: readonly ShapeOption[],
  { available_s }: FreshRungRules,
): PlannedCandidates | undefined {
  // Money is only held against one candidate at a time.
  if (input.plan.budget.spend_usd !== undefined) return undefined;
  const alone = epochsWithin(freshRunner(input, options[0]!.shape), 0, available_s, false);
  const epochs_enough = Math.max(SEARCH.epochs_enough, Math.ceil(alone * SEARCH.epochs_share_enough));
  const rungsOf = (chosen: readonly ShapeOption[]) => {
    const runners = chosen.map(({ shape }) => freshRunner(input, shape));
    const epochs = SEARCH.epochs_of_first_rung;
    return halve(runners, { epochs, available_s, epochs_enough, rungs_left: rungsLeft(input.rung) });
  };
  let chosen = options.slice(0, 1);
  for (const option of options.slice(1)) {
    if (chosen.length === SEARCH.candidates_max) break;
    const more = [...chosen, option];
    if (rungsOf(more)) chosen = more;
  }
  const planned = chosen.length > 1 ? rungsOf(chosen) : undefined;
  if (planned === undefined) return undefined;
  const { epochs } = planned[0]!;
  const made = chosen.map(({ shape, why }) => ({ candidate: candidateFor(input, shape, epochs), why }));
  const why = `${options[0]!.why}; ${made.length} candidates are trained for a few epochs each, and the better half goes on`;
  return { made, planned, why };
}

function alone(input: ProposeInput, option: ShapeOption, rules: FreshRungRules): PlannedCandidates | undefined {
  const epochsOf = (shape: Shape) => epochsWithin(freshRunner(input, shape), 0, rules.available_s, false);
  const first = { ...option, epochs: epochsOf(option.shape) };
  const smaller = studentSizes(input.plan, input.teacher.input_size).filter((size) => size < option.shape.input_size);
  const others = smaller.map((input_size) => {
    const shape = { ...option.shape, input_size };
    const why = `${option.why}, but at ${input_size} px for the sake of time`;
    return { shape, why, epochs: epochsOf(shape) };
  });
  const choices = rules.smaller_inputs ? [first, ...others] : [first];
  const taken = choices.find(({ epochs }) => epochs >= STUDENT.epochs_wanted) ?? choices.at(-1)!;
  const { shape, why, epochs } = taken;
  if (epochs < rules.epochs_min) return undefined;
  const candidate = candidateFor(input, shape, epochs);
  return { made: [{ candidate, why }], planned: [{ candidates: 1, epochs }], why };
}

/** A student whose input is no smaller than its teacher's is not refined, however near it stands: nothing that only a larger
 * input shows is to be kept, and labels can teach it more. Measured on surface defects at 96 px, both from a probe at 96 px, 508
 * samples, 84 held out, 27 epochs: refined 89.3 % (loss 0.37), relearned 91.7 % (0.24). */
function candidateFor({ rung, teacher }: ProposeInput, shape: Shape, epochs: number): Candidate {
  const candidate = candidateOf(shape, rung, epochs);
  if (teacher.input_size > shape.input_size) return candidate;
  const { refinement: _, ...training } = candidate.training;
  return { ...candidate, training };
}
