// An error's problems as lines for people.
import type { DecantError } from "../../core/errors/problem.ts";

/** One line a problem, with its place where it has one. */
export function problemLines(error: DecantError): string[] {
  return error.problems.map(({ message, where }) => `decant: ${where === undefined ? "" : `${where}: `}${message}`);
}
