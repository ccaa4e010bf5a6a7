// A child process whose output is read to its end; it is told to end when this process is.
import { type ChildProcess, spawn } from "node:child_process";

const STDERR_KEPT = 20_000;

export interface ChildEnding {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  /** The end of it. */
  readonly err: string;
  readonly seconds: number;
}

export function runChild(command: string, args: readonly string[]): Promise<ChildEnding> {
  const start = performance.now();
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    const release = endWith(child);
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      out += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      err = (err + chunk).slice(-STDERR_KEPT);
    });
    child.on("error", fail);
    child.on("close", (code, signal) => {
      release();
      done({ code, signal, out, err, seconds: Math.round((performance.now() - start) / 100) / 10 });
    });
  });
}

/** Hands termination on to the child, and ends; answers what stops that. */
function endWith(child: ChildProcess): () => void {
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    process.exit(1);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}
