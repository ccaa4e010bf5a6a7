// The decant command's entry: one place where errors become messages and exit codes.
import { CommanderError } from "commander";
import { DecantError } from "../core/errors/problem.ts";
import { toDecantError } from "../lambdas/state-error.ts";
import { endingOf } from "./exit-codes.ts";
import { createProgram } from "./program.ts";

const INVALID = 2;

/** Answers the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...args], { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : INVALID;
    return tell(error);
  }
}

function tell(error: unknown): number {
  const known = toDecantError(error, "the store", new AbortController().signal);
  const title = known.code === "Defect" ? "this is a bug in decant; please report it:\n" : "";
  process.stderr.write(`decant: ${title}${known.message}\n`);
  if (known.code === "Defect" && !(error instanceof DecantError)) process.stderr.write(`${(error as Error).stack}\n`);
  return endingOf(known.code).exit_code;
}

// A reader that closes the pipe early (head) is no error of this command.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
process.exitCode = await main(process.argv.slice(2));
// After a stop, work that does not look at its signal may still be going on: it ends with this process.
setTimeout(() => process.exit(), 500).unref();
