// The workflow's states as this process runs them: each is told to the journal and to the renderer, before and after.
import { basename, dirname } from "node:path";
import { runTask } from "../../adapters/task-process.ts";
import { DecantError } from "../../core/errors/problem.ts";
import type { StepPointer } from "../../core/store/store.ts";
import type { CandidatePayload, RunPayload, TaskPointer } from "../../core/workflow/payload.ts";
import { HANDLERS, type Handler } from "../../lambdas/list.ts";
import type { Services } from "../../lambdas/services.ts";
import { toDecantError } from "../../lambdas/state-error.ts";
import type { RunEvent } from "../progress/run-event.ts";
import type { Journal } from "./journal.ts";

export interface ObservedContext {
  readonly services: Services;
  readonly journal: Journal;
  readonly emit: (event: RunEvent) => void;
  readonly root: string;
  readonly python: string;
  readonly silence_ms_max: number;
  /** Absent: lambdas/list.ts. */
  readonly handlers?: Readonly<Record<string, Handler>>;
}

export interface ObservedStates {
  lambda(state: string, payload: unknown): Promise<unknown>;
  task(state: string, environment: Readonly<Record<string, string>>): Promise<unknown>;
  /** The latest answer of a state's handler. */
  answerOf(state: string): unknown;
  /** Resolves when no state is at work any more. */
  settled(): Promise<void>;
}

export function observeStates(context: ObservedContext): ObservedStates {
  const handlers = context.handlers ?? HANDLERS;
  const answers = new Map<string, unknown>();
  const candidates = new Map<string, string>();
  const atWork = new Set<Promise<unknown>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    const settled: Promise<unknown> = work.then(
      () => atWork.delete(settled),
      () => atWork.delete(settled),
    );
    atWork.add(settled);
    return work;
  };
  return {
    lambda: (state, payload) => {
      const candidate = (payload as Partial<CandidatePayload>).candidate?.id;
      const handler = handlers[state];
      if (!handler)
        throw new DecantError("Defect", `Expected a handler for state ${state} in lambdas/list.ts, got none.`);
      const work = async () => {
        const answer = await handler(payload as RunPayload, context.services);
        answers.set(state, answer);
        if (isPointer(answer) && candidate !== undefined) candidates.set(answer.key, candidate);
        return answer;
      };
      return track(observed(context, state, candidate, work));
    },
    task: (state, environment) => {
      const pointer = pointerOfFolder(environment.OUTPUT ?? "");
      return track(
        observed(context, state, candidates.get(pointer.key), () => runBatch(context, pointer, environment)),
      );
    },
    answerOf: (state) => answers.get(state),
    settled: async () => {
      while (atWork.size > 0) await Promise.all(atWork);
    },
  };
}

async function observed<T>(
  { services, journal, emit, root }: ObservedContext,
  state: string,
  candidate: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const about = { state, ...(candidate !== undefined && { candidate }) };
  const started = services.now();
  emit({ event: "state", status: "entered", ...about });
  try {
    await journal.append({ event: "state-entered", ...about });
    // RecordFailure must write even when the run was stopped.
    if (services.signal.aborted && state !== "RecordFailure") throw new DecantError("Stopped", "The run was stopped.");
    const answer = await work();
    await journal.append({ event: "state-succeeded", ...about, ...(isPointer(answer) && { pointer: bare(answer) }) });
    emit({ event: "state", status: "succeeded", ...about, seconds: (services.now() - started) / 1000 });
    return answer;
  } catch (error) {
    const known = toDecantError(error, root, services.signal);
    const failure = { error: known.code, cause: known.message };
    await journal.append({ event: "state-failed", ...about, ...failure }).catch(() => undefined); // the first error counts
    emit({ event: "state", status: "failed", ...about, message: known.message });
    throw known;
  }
}

async function runBatch(
  { services, python, silence_ms_max }: ObservedContext,
  pointer: StepPointer,
  environment: Readonly<Record<string, string>>,
): Promise<StepPointer> {
  const { signal, progress, files } = services;
  await runTask({ python, environment, silence_ms_max, signal, progress: ({ event: _, ...rest }) => progress(rest) });
  if (await files.find(pointer)) return pointer;
  const message = `Expected the task of step ${pointer.step} to leave a finished result in ${environment.OUTPUT}, got none. Run the same command again; if it happens again, it is a defect.`;
  throw new DecantError("ChildFailed", message);
}

/** A task's OUTPUT ends in steps/<step>/<key>. */
function pointerOfFolder(folder: string): StepPointer {
  return { step: basename(dirname(folder)), key: basename(folder) };
}

function isPointer(value: unknown): value is StepPointer | TaskPointer {
  if (typeof value !== "object" || value === null) return false;
  return "step" in value && typeof value.step === "string" && "key" in value && typeof value.key === "string";
}

function bare({ step, key }: StepPointer): StepPointer {
  return { step, key };
}
