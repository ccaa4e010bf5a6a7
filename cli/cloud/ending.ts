// How an execution ended, in the words and exit codes of the command line.
import type { Execution } from "../../adapters/aws/executions.ts";
import { isErrorCode } from "../../core/errors/error-code.ts";
import { DecantError } from "../../core/errors/problem.ts";
import { executionError } from "../../core/workflow/execution-error.ts";
import { type Ending, endingOf, SUCCEEDED } from "../exit-codes.ts";

export interface CloudEnding {
  readonly ending: Ending;
  readonly error: DecantError | undefined;
}

/** Of an execution that has ended. */
export function cloudEnding({ state, error = "", cause = "" }: Execution): CloudEnding {
  if (state === "SUCCEEDED") return { ending: SUCCEEDED, error: undefined };
  const failure = failureOf(state, error, cause);
  return { ending: endingOf(failure.code), error: failure };
}

function failureOf(state: Execution["state"], error: string, cause: string): DecantError {
  if (state === "ABORTED" && !isErrorCode(error)) return new DecantError("Stopped", "The run was stopped by a user.");
  if (state === "TIMED_OUT") return new DecantError("ChildFailed", `The run took too long. ${cause}`.trim());
  return executionError(error, cause);
}
