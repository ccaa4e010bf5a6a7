// The decant command as a child process: its exit code, the last line of its output, its seconds.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const projectRoot = fileURLToPath(new URL("../", import.meta.url));
const STDERR_KEPT = 2000;

export interface DecantEnding {
  readonly code: number | null;
  /** With --json: the result. */
  readonly last: string;
  /** The end of standard error. */
  readonly problem: string;
  readonly seconds: number;
}

export function decant(args: readonly string[]): Promise<DecantEnding> {
  const start = performance.now();
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(projectRoot, "cli/main.ts"), ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, problem] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      out = (out + chunk).slice(-1_000_000);
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      problem = (problem + chunk).slice(-STDERR_KEPT);
    });
    child.on("error", fail);
    child.on("close", (code) => {
      const last = out.trim().split("\n").at(-1) || "{}";
      done({ code, last, problem: problem.trim(), seconds: Math.round((performance.now() - start) / 100) / 10 });
    });
  });
}
