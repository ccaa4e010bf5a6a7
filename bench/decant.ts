// The decant command as a child process: its exit code, the last line of its output, its seconds.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "./child.ts";

const projectRoot = fileURLToPath(new URL("../", import.meta.url));

export interface DecantEnding {
  readonly code: number | null;
  /** With --json: the result. */
  readonly last: string;
  /** The end of standard error. */
  readonly problem: string;
  readonly seconds: number;
}

export async function decant(args: readonly string[]): Promise<DecantEnding> {
  const { code, out, err, seconds } = await runChild(process.execPath, [join(projectRoot, "cli/main.ts"), ...args]);
  return { code, last: out.trim().split("\n").at(-1) || "{}", problem: err.trim().slice(-2000), seconds };
}
