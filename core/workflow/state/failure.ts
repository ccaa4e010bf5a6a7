// Where every error of the run goes: it is written down with what is kept, and the execution fails under its name.
import type { Catcher, States } from "../asl.ts";
import { TIMEOUT_DECIDE_SECONDS } from "../timeouts.ts";
import { lambdaTask } from "./lambda-task.ts";

export const CATCH_ALL: readonly Catcher[] = [
  { ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "RecordFailure" },
];

export const failureStates: States = {
  RecordFailure: lambdaTask({
    name: "RecordFailure",
    comment: "Writes what happened and what is kept into the run's folder.",
    keeps: [],
    under: null,
    timeoutSeconds: TIMEOUT_DECIDE_SECONDS,
    // Where even that fails, the first error is still the one to tell.
    catchers: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.record_error", Next: "Failed" }],
    next: "Failed",
  }),
  Failed: {
    Type: "Fail",
    Comment: "Under the name of the error that stopped the run.",
    ErrorPath: "$.error.Error",
    CausePath: "$.error.Cause",
  },
};
