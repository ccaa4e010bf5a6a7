// The name and the cause that a state or an execution failed with -> one of our own errors. Names that are not ours come
// from the service that ran the state: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
import { isErrorCode } from "../errors/error-code.ts";
import { DecantError } from "../errors/problem.ts";
import { messageOfCause } from "./cause.ts";

const TIMEOUTS = ["Sandbox.Timedout", "States.HeartbeatTimeout", "States.Timeout"];
const KILLED = /\b(signal: killed|Runtime\.OutOfMemory|OutOfMemoryError)\b/;

export function executionError(name: string, cause: string): DecantError {
  const message = messageOfCause(cause);
  if (isErrorCode(name)) return new DecantError(name, message);
  const said = message === "" ? name : `${name}: ${message}`;
  if (TIMEOUTS.includes(name)) {
    const text = `A state took longer than it may (${said}). Start the run again: what is finished is kept, and the rest gets the time anew.`;
    return new DecantError("ChildFailed", text);
  }
  if (name === "Runtime.OutOfMemory" || KILLED.test(message)) {
    return new DecantError(
      "OutOfMemory",
      `A function used up its memory (${said}). Choose a smaller backbone or less data.`,
    );
  }
  if (/^(Lambda|Batch)\./.test(name)) {
    return new DecantError(
      "CloudFailed",
      `A service of AWS failed, several times in a row (${said}). Start the run again.`,
    );
  }
  return new DecantError("Defect", said);
}
