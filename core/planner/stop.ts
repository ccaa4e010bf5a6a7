// What follows a rung: another one, a file to certify, or the end, always with the reason.
import type { DecidedPoint, Decision } from "../workflow/records/measurement.ts";
import { pointKey } from "./point-key.ts";
import type { Choice } from "./rank.ts";

export interface StopInput {
  readonly choice: Choice | undefined;
  readonly points: readonly DecidedPoint[];
  /** What propose answered for another rung: whether it has candidates, and why. */
  readonly further: { readonly possible: boolean; readonly why: string };
  /** The deadline has passed. */
  readonly time_up: boolean;
  /** The money is used up, or what comes next would use more than is left. */
  readonly spend_up?: boolean;
  /** A candidate was stopped for the deadline's sake: a file that is there already can still be certified. */
  readonly cut_off: boolean;
}

export function nextStep(input: StopInput): Pick<Decision, "next" | "exit" | "reason" | "chosen"> {
  const { choice, points, further, time_up, spend_up, cut_off } = input;
  if (further.possible && !time_up && !spend_up && !cut_off)
    return { next: "propose", exit: null, reason: further.why, chosen: null };
  if (time_up || spend_up || (cut_off && choice === undefined)) {
    const best = choice === undefined ? "no file kept every promise" : `the best so far is ${pointKey(choice.chosen)}`;
    const exit = spend_up ? "Spend" : "Deadline";
    const reason = `the ${spend_up ? "money" : "time"} promised ran out before a file was certified; ${best}`;
    return { next: "stopped", exit, reason, chosen: choice?.chosen ?? null };
  }
  if (choice !== undefined) {
    const reason = `${pointKey(choice.chosen)}: ${choice.reason}`;
    return { next: "certify", exit: null, reason, chosen: choice.chosen };
  }
  const nearest = points.length === 0 ? "no candidate gave a file to measure" : "no measured file keeps every promise";
  return { next: "infeasible", exit: null, reason: `${nearest}; ${further.why}`, chosen: null };
}
