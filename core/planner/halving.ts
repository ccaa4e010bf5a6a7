// How many candidates a rung may have: successive halving (Jamieson and Talwalkar 2016) within the time. Each rung trains
// its candidates on for twice as many epochs as the rung before, half of them go on, and the last one gets all the time left.
import type { PlannedRung } from "../workflow/records/search.ts";
import { SEARCH, STUDENT } from "./recipes.ts";

/** A candidate as the schedule sees it. */
export interface Runner {
  /** Trained for in earlier rungs. */
  readonly epochs_done: number;
  /** Seconds up to its measurement after that many more epochs; a student that is there already is set up sooner. */
  seconds(epochs: number, continued: boolean): number;
}

export interface HalvingTerms {
  /** In the first of these rungs. */
  readonly epochs: number;
  readonly available_s: number;
  /** In all rungs together, of whoever wins. */
  readonly epochs_enough: number;
  /** How many rungs there may be yet. */
  readonly rungs_left: number;
}

/**
 * The rungs from now on; undefined where the winner could be trained for fewer epochs than are enough. Which of them goes on
 * is not known, so the dearest always does.
 */
export function halve(runners: readonly Runner[], terms: HalvingTerms): PlannedRung[] | undefined {
  const rungs: PlannedRung[] = [];
  let left_s = terms.available_s;
  let trained = 0;
  for (let count = runners.length, more = terms.epochs; count > 1; count = halfOf(count), more *= 2) {
    left_s -= dearest(runners, count, (runner) => runner.seconds(more, rungs.length > 0 || runner.epochs_done > 0));
    trained += more;
    rungs.push({ candidates: count, epochs: more });
  }
  const last = Math.min(...runners.map((runner) => epochsWithin(runner, runner.epochs_done + trained, left_s, true)));
  const least = Math.min(...runners.map(({ epochs_done }) => epochs_done)) + trained + last;
  const enough =
    rungs.length < terms.rungs_left && left_s >= 0 && last >= SEARCH.epochs_more_min && least >= terms.epochs_enough;
  return enough ? [...rungs, { candidates: 1, epochs: last }] : undefined;
}

/** How many of a rung's candidates go on. */
export function halfOf(count: number): number {
  return Math.ceil(count / 2);
}

/** The most epochs, 0 to what is left of the limit, that a candidate can be trained for in this time. */
export function epochsWithin(runner: Runner, done: number, available_s: number, continued: boolean): number {
  let epochs = Math.max(0, STUDENT.epochs_max - done);
  while (epochs > 0 && runner.seconds(epochs, continued) > available_s) epochs -= 1;
  return epochs;
}

function dearest(runners: readonly Runner[], count: number, seconds: (runner: Runner) => number): number {
  const costs = runners.map(seconds).sort((a, b) => b - a);
  return costs.slice(0, count).reduce((sum, cost) => sum + cost, 0);
}
