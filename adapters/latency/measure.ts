// Asks a fresh process to time models or to compute logits, and kills it when it hangs or the run is stopped.
import { spawn } from "node:child_process";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DecantError, type ErrorCode } from "../../core/errors/problem.ts";
import type {
  CostAnswer,
  CostRequest,
  FailedAnswer,
  LatencyAnswer,
  LatencyRequest,
  LogitsAnswer,
  LogitsRequest,
  MeasuringRequest,
  ProfileAnswer,
  ProfileRequest,
} from "./measuring-request.ts";

/** Of what takes the same time for any data. Logits take as long as there are samples: the run's own limits hold there. */
const LIMIT_MS = 20 * 60_000;
const STDERR_KEPT = 2000;
// The package holds the same tree as JavaScript, and a bundle has the worker beside itself, so it has this file's extension.
const SELF = fileURLToPath(import.meta.url);
const WORKER = join(dirname(SELF), `measuring-worker${extname(SELF)}`);

export async function measureLatency(request: LatencyRequest, signal: AbortSignal): Promise<LatencyAnswer> {
  return (await inFreshProcess(request, signal)) as LatencyAnswer;
}

export async function measureLogits(request: LogitsRequest, signal: AbortSignal): Promise<LogitsAnswer> {
  return (await inFreshProcess(request, signal)) as LogitsAnswer;
}

export async function measureCost(request: CostRequest, signal: AbortSignal): Promise<CostAnswer> {
  return (await inFreshProcess(request, signal)) as CostAnswer;
}

export async function measureNodes(request: ProfileRequest, signal: AbortSignal): Promise<ProfileAnswer> {
  return (await inFreshProcess(request, signal)) as ProfileAnswer;
}

type Answer = CostAnswer | LatencyAnswer | LogitsAnswer | ProfileAnswer;

async function inFreshProcess(request: MeasuringRequest, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  const timeout = request.kind === "logits" ? undefined : LIMIT_MS;
  const child = spawn(process.execPath, [WORKER], { stdio: ["pipe", "pipe", "pipe"], signal, timeout });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-STDERR_KEPT);
  });
  // A child that died early breaks the pipe; its exit says why.
  child.stdin.on("error", () => {});
  child.stdin.write(`${JSON.stringify(request)}\n`);
  const exit = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, killer) => resolve(killer ?? `exit code ${code}`));
  });
  // Only the limit kills it from here: a stopped run's signal has thrown.
  return answerOf(output, child.killed ? `${exit} after ${LIMIT_MS / 60_000} minutes, its limit` : exit, errors);
}

function answerOf(output: string, exit: string, errors: string): Answer {
  const answer = parse(output);
  if (answer === undefined) {
    const message = `expected an answer from the measuring process, but it ended with ${exit}: ${errors.trim()}`;
    throw new DecantError(exit === "SIGKILL" ? "OutOfMemory" : "ChildFailed", message);
  }
  if (answer.kind === "failed") throw new DecantError(answer.code as ErrorCode, answer.message);
  return answer;
}

function parse(output: string): Answer | FailedAnswer | undefined {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}
