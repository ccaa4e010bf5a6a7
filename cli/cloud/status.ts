// Where a run in the cloud stands, in the same words as one on this machine.
import type { Execution, StateEvent } from "../../adapters/aws/executions.ts";
import { STATE_TITLES } from "../progress/describe.ts";
import type { RunStatus } from "../run-status.ts";
import { cloudEnding } from "./ending.ts";

/** @param now epoch ms */
export function cloudStatus(run: string, execution: Execution, events: readonly StateEvent[], now: number): RunStatus {
  const last_ms = execution.stopped_ms ?? events.at(-1)?.at_ms ?? execution.started_ms;
  const running = execution.state === "RUNNING";
  const { ending, error } = running ? { ending: undefined, error: undefined } : cloudEnding(execution);
  const told = events.filter(({ state }) => STATE_TITLES[state] !== undefined);
  const entered = told.findLast((event) => event.entered);
  return {
    run,
    status: ending?.status ?? "running",
    ...(error && { error: error.code, cause: error.message }),
    ...(entered && { state: entered.state }),
    used_s: ((running ? now : last_ms) - execution.started_ms) / 1000,
    started_ms: execution.started_ms,
    last_ms,
    states: finishedStates(told),
  };
}

function finishedStates(events: readonly StateEvent[]): RunStatus["states"] {
  const entered = new Map<string, number>();
  return events.flatMap((event) => {
    if (event.entered) entered.set(event.state, event.at_ms);
    if (event.entered) return [];
    return [{ state: event.state, seconds: (event.at_ms - (entered.get(event.state) ?? event.at_ms)) / 1000 }];
  });
}
