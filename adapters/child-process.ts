// A child process that speaks in lines: started with a life line (its standard input stays open until this process ends),
// ended within seconds on abort, and killed when it says nothing for too long.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { DecantError } from "../core/errors/problem.ts";

/** From the request to stop to the kill: long enough for a checkpoint, short enough to be gone within 5 s of Ctrl-C. */
const GRACE_MS = 3000;
const STDERR_KEPT = 4000;

export interface ChildRequest {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Without a line for this long, the child hangs and is killed. */
  readonly silence_ms_max: number;
  readonly onLine: (line: string) => void;
}

export interface ChildExit {
  /** null where a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it wrote to standard error. */
  readonly stderr: string;
}

/** Resolves when the child has ended, whatever its code. Throws Stopped on abort, ChildFailed where it can't start or hangs. */
export async function runChild(request: ChildRequest): Promise<ChildExit> {
  const { command, signal, silence_ms_max } = request;
  if (signal.aborted) throw stopped(command);
  const child = spawn(command, request.arguments, { env: request.environment, stdio: ["pipe", "pipe", "pipe"] });
  const timers = new Set<NodeJS.Timeout>();
  let stderr = "";
  let hung = false;
  let silence: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill("SIGTERM");
    timers.add(setTimeout(() => child.kill("SIGKILL"), GRACE_MS));
  };
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, silence_ms_max);
  };
  signal.addEventListener("abort", stop, { once: true });
  heard();
  child.stdin.on("error", () => {}); // a child that closes its end breaks the pipe; its exit says more
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
    heard();
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    heard();
    request.onLine(line);
  });
  try {
    const exit = await new Promise<Omit<ChildExit, "stderr">>((resolve, reject) => {
      child.once("error", (cause) => reject(notStarted(command, cause)));
      child.once("close", (code, killer) => resolve({ code, signal: killer }));
    });
    if (hung) throw silent(command, silence_ms_max, stderr);
    if (signal.aborted) throw stopped(command);
    return { ...exit, stderr };
  } finally {
    signal.removeEventListener("abort", stop);
    clearTimeout(silence);
    for (const timer of timers) clearTimeout(timer);
  }
}

function stopped(command: string): DecantError {
  return new DecantError("Stopped", `${command} was stopped. The same command goes on from its last checkpoint.`);
}

function notStarted(command: string, cause: Error): DecantError {
  const message = `Expected to start ${command}, but it did not start: ${cause.message}. Run decant doctor to see what is missing.`;
  return new DecantError("ChildFailed", message, { cause });
}

function silent(command: string, silence_ms: number, stderr: string): DecantError {
  const message = `Expected a line from ${command} every ${Math.round(silence_ms / 1000)} s, got none: it hung and was killed. The same command goes on from its last checkpoint. ${stderr.trim()}`;
  return new DecantError("ChildFailed", message.trim());
}
