// A rung's candidates. The first rung tries shapes side by side where the time is long enough for it; later ones train the
// better half on. Once one is left, or none kept size and latency, what was measured says what could still help.
import { keepsPromises } from "../gate/promises.ts";
import type { DecidedPoint } from "../workflow/records/measurement.ts";
import type { DroppedCandidate, Proposal } from "../workflow/records/search.ts";
import type { Candidate } from "../workflow/records/training.ts";
import { type FreshRungRules, freshRung, type PlannedCandidates } from "./fresh-rung.ts";
import { epochsWithin, halfOf, halve } from "./halving.ts";
import { studentSizes } from "./input-sizes.ts";
import { networkOfTeacher } from "./network.ts";
import { nextShape, sameShape } from "./next-shape.ts";
import { factorsOf, type PredictFile, predictFile } from "./predict-file.ts";
import type { ProposeInput } from "./propose-input.ts";
import { quantizationTraining } from "./quantization-training.ts";
import { QUANTIZATION_TRAINING, SEARCH, STUDENT } from "./recipes.ts";
import { availableSeconds, correctingSeconds, epochsOf, rungsLeft, runnerOf } from "./runner.ts";
import { continued, shapeOfCandidate } from "./shape.ts";
import { type ShapeOption, shapeOptions } from "./shape-options.ts";
import { candidateSeconds } from "./student-time.ts";
import { judgeRung, type RungStanding } from "./survivors.ts";
import { teacherItself } from "./teacher-itself.ts";

export function propose(input: ProposeInput): Proposal {
  const { rung, tried, points, rejected = [] } = input;
  if (rung > SEARCH.rungs_max) return nothing(input, `the search ends after ${SEARCH.rungs_max} rungs`);
  if (rung === 1) {
    const [options, available_s] = [optionsOf(input), availableSeconds(input)];
    const planned =
      freshRung(input, options, { epochs_min: 1, smaller_inputs: true, available_s }) ??
      teacherItself(input, options, predictionOf(input), available_s);
    if (planned === undefined)
      return nothing(input, "the time left allows no epoch of any candidate: promise more time");
    return proposalOf(input, planned, []);
  }
  const last = tried.filter((candidate) => candidate.rung === rung - 1);
  const standing = judgeRung(last, points, rejected);
  return trainOn(input, last, standing) ?? another(input, last, standing);
}

/** The better half goes on, or as many of it as the time allows; undefined where nobody can. */
function trainOn(input: ProposeInput, last: readonly Candidate[], standing: RungStanding): Proposal | undefined {
  if (last.length < 2) return undefined;
  const available_s = availableSeconds(input);
  const survivors = standing.ranked.slice(0, halfOf(last.length));
  for (let count = survivors.length; count > 1; count -= 1) {
    const going = survivors.slice(0, count);
    const runners = going.map((candidate) => runnerOf(input, candidate));
    const epochs = 2 * last[0]!.training.epochs;
    const terms = { epochs, available_s, epochs_enough: SEARCH.epochs_enough, rungs_left: rungsLeft(input.rung) };
    const rungs = halve(runners, terms);
    if (rungs) return goOn(input, going, standing, rungs);
  }
  const winner = survivors[0];
  if (winner === undefined) return undefined;
  const runner = runnerOf(input, winner);
  const epochs = epochsWithin(runner, runner.epochs_done, available_s, true);
  if (epochs < SEARCH.epochs_more_min) return undefined;
  return goOn(input, [winner], standing, [{ candidates: 1, epochs }]);
}

function goOn(
  input: ProposeInput,
  going: readonly Candidate[],
  standing: RungStanding,
  planned: Proposal["planned"],
): Proposal {
  const { epochs } = planned[0]!;
  const made = going.map((candidate, at) => ({
    candidate: continued(candidate, input.rung, epochs),
    why:
      going.length > 1
        ? `number ${at + 1} of its rung, so it is trained on`
        : "the best of its rung, so it is trained on",
  }));
  const who = going.length > 1 ? `the best ${going.length} candidates are` : `${going[0]!.id} was the best and is`;
  // No figure of the clock in here: the reason goes into Decide's key.
  return proposalOf(input, { made, planned, why: `${who} trained on` }, standing.dropped(going.length));
}

/** New students that answer what was measured: too large, too slow, not accurate enough, or all kept and time left. */
function another(input: ProposeInput, last: readonly Candidate[], standing: RungStanding): Proposal {
  const { plan, teacher, tried, points } = input;
  const simulated = rounded(input, standing);
  if (simulated !== undefined) return simulated;
  const better = standing.ranked[0] ?? standing.broken[0] ?? last.at(-1);
  const next = nextShape(plan, studentSizes(plan, teacher.input_size), tried, points, better);
  const untried = optionsOf(input).filter(({ shape }) => !tried.some((one) => sameShape(shapeOfCandidate(one), shape)));
  const itself = hasFile(input)
    ? undefined
    : teacherItself(input, untried, predictionOf(input), correctingSeconds(input));
  if (itself !== undefined) return proposalOf(input, itself, []);
  if (next === undefined) return instead(input, standing, untried);
  const corrects = next.aim === "size" || next.aim === "latency";
  const beside = corrects ? untried.filter(({ shape }) => shape.input_size !== next.shape.input_size) : [];
  const epochs_min = next.aim === "speed" ? SEARCH.epochs_for_gain : STUDENT.epochs_min;
  const planned = freshRung(input, [next, ...beside], laterRung(input, epochs_min));
  if (planned === undefined)
    return nothing(input, `another rung needs ${epochs_min} epochs, which the time left does not allow`);
  return proposalOf(input, planned, corrects ? standing.dropped(0) : []);
}

/** Where a whole rung gave no file to learn from, the next shapes in order of preference, those of another pruner first: what
 * one can't reach at one input size it can't reach at another. */
function instead(input: ProposeInput, standing: RungStanding, untried: readonly ShapeOption[]): Proposal {
  const nobody = standing.ranked.length + standing.broken.length === 0;
  if (!nobody || untried.length === 0) return nothing(input, "no untried input size or width could help");
  const failed = new Set(input.tried.map((candidate) => shapeOfCandidate(candidate).pruner));
  const ordered = untried.toSorted((a, b) => Number(failed.has(a.shape.pruner)) - Number(failed.has(b.shape.pruner)));
  const planned = freshRung(input, ordered, laterRung(input, STUDENT.epochs_min));
  return planned === undefined
    ? nothing(input, "no candidate gave a file, and the time left does not allow another one")
    : proposalOf(input, planned, standing.dropped(0));
}

function laterRung(input: ProposeInput, epochs_min: number): FreshRungRules {
  const available_s = hasFile(input) ? availableSeconds(input) : correctingSeconds(input);
  return { epochs_min, smaller_inputs: false, available_s };
}

function hasFile({ points }: ProposeInput): boolean {
  return points.some(({ promises }) => keepsPromises(promises));
}

/** A student that lost its accuracy by rounding alone, where the time is enough to train it with simulated int8. */
function rounded(input: ProposeInput, standing: RungStanding): Proposal | undefined {
  const { plan, profile, teacher, tried, points, rung } = input;
  const found = quantizationTraining(tried, points, rung, QUANTIZATION_TRAINING.epochs);
  if (found === undefined) return undefined;
  const { candidate, why } = found;
  if (candidateSeconds(plan, profile, teacher.input_size, candidate) > availableSeconds(input)) return undefined;
  const planned = [{ candidates: 1, epochs: candidate.training.epochs }];
  return proposalOf(input, { made: [found], planned, why }, standing.dropped(0));
}

/** Shapes that are predicted to keep size and latency, by predictions that measurements have corrected. */
function optionsOf(input: ProposeInput): ShapeOption[] {
  const { plan, teacher, latencies } = input;
  const network = networkOfTeacher(teacher);
  return shapeOptions({ plan, network, teacher_size: teacher.input_size, latencies, factors: knownFactors(input) });
}

function predictionOf(input: ProposeInput, factors = knownFactors(input)): PredictFile {
  return predictFile(networkOfTeacher(input.teacher), input.latencies, factors);
}

function knownFactors({ teacher, tried, points, latencies }: ProposeInput) {
  return factorsOf(predictFile(networkOfTeacher(teacher), latencies), tried, points);
}

function proposalOf(
  input: ProposeInput,
  { made, planned, why }: PlannedCandidates,
  dropped: readonly DroppedCandidate[],
): Proposal {
  const { plan, profile, teacher, tried, points, rung } = input;
  const factors = knownFactors(input);
  const predict = predictionOf(input, factors);
  const candidates = made.map(({ candidate }) => candidate);
  return {
    rung,
    candidates,
    estimate_s: candidates.reduce((sum, one) => sum + candidateSeconds(plan, profile, teacher.input_size, one), 0),
    why,
    proposed: made.map(({ candidate, why: reason }) => ({
      candidate_id: candidate.id,
      rung,
      why: reason,
      predicted: predict(shapeOfCandidate(candidate)),
      factors,
      epochs_total: epochsOf(candidate, tried),
    })),
    dropped,
    planned,
    students: studentsOf(candidates, points),
  };
}

/** Compress keys of what candidates continue. */
function studentsOf(candidates: readonly Candidate[], points: readonly DecidedPoint[]): Record<string, string> {
  const entries = candidates.flatMap(({ continues }) => {
    const point = points.find(({ candidate_id }) => candidate_id === continues);
    return continues === undefined || point === undefined ? [] : [[continues, point.compress_key] as const];
  });
  return Object.fromEntries(entries);
}

function nothing({ rung }: ProposeInput, why: string): Proposal {
  return { rung, candidates: [], estimate_s: 0, why, proposed: [], dropped: [], planned: [], students: {} };
}
