// Interprets the workflow document in this process: Lambda states call their handler, Batch states start a child process.
import { isErrorCode } from "../../core/errors/error-code.ts";
import { DecantError } from "../../core/errors/problem.ts";
import type { StateMachineDocument, TaskState } from "../../core/workflow/asl.ts";
import { allStates } from "../../core/workflow/document.ts";
import { executionError } from "../../core/workflow/execution-error.ts";
import type { RunInput } from "../../core/workflow/payload.ts";
import { CANDIDATE_ERRORS } from "../../core/workflow/state/candidate.ts";
import { named } from "../../lambdas/state-error.ts";

export interface Interpretation {
  readonly document: StateMachineDocument;
  readonly input: RunInput;
  /** Runs a Lambda state's handler. Throws DecantErrors only. */
  readonly lambda: (state: string, payload: unknown) => Promise<unknown>;
  /** Runs a Batch state's task with its environment variables. Throws DecantErrors only. */
  readonly task: (state: string, environment: Readonly<Record<string, string>>) => Promise<unknown>;
  /** Answers a state that calls an AWS API by itself; left out: none is reached. */
  readonly service?: (state: string, parameters: unknown) => Promise<unknown>;
  readonly signal: AbortSignal;
}

/** The state that records an error must run even after one. */
const LAST_RITES = "RecordFailure";

/** Resolves where the execution succeeds; throws a DecantError under the name that the execution failed with. */
export async function interpret(request: Interpretation): Promise<void> {
  const { document, input, signal } = request;
  // Loaded here, since it brings the AWS SDK along, which no other command has to wait for.
  const { StateMachine, ExecutionAbortedError } = await import("aws-local-stepfunctions");
  const machine = new StateMachine(document as never);
  let fatal: DecantError | undefined;
  const guarded = (state: string, work: (input: never) => Promise<unknown>) => async (stateInput: unknown) => {
    // After an error that ends the Map, the interpreter still starts the items that were waiting: they end here.
    if (fatal && state !== LAST_RITES) throw named(fatal);
    try {
      return await work(stateInput as never);
    } catch (error) {
      const known = error instanceof DecantError ? error : new DecantError("Defect", String(error), { cause: error });
      if (endsRun(known.code)) fatal ??= known;
      throw named(known);
    }
  };
  const handlers = Object.entries(allStates(document)).flatMap(([name, state]) =>
    state.Type === "Task" ? [[name, guarded(name, handlerOf(name, state, request))] as const] : [],
  );
  // The document waits only for what goes on elsewhere; in this process a task has ended when its handler has.
  const waits = Object.entries(allStates(document)).flatMap(([name, { Type }]) => (Type === "Wait" ? [[name, 0]] : []));
  const overrides = {
    taskResourceLocalHandlers: Object.fromEntries(handlers),
    waitTimeOverrides: Object.fromEntries(waits),
  };
  const execution = machine.run(input as never, { overrides: overrides as never });
  const abort = () => execution.abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    await execution.result;
  } catch (error) {
    if (error instanceof ExecutionAbortedError) throw new DecantError("Stopped", "The run was stopped by the user.");
    throw reasonOf(error, fatal);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Of our own names all but a candidate's; what only AWS names an error (Lambda.ServiceException), the document retries. */
function endsRun(error: string): boolean {
  return isErrorCode(error) && !(CANDIDATE_ERRORS as readonly string[]).includes(error);
}

function handlerOf(name: string, state: TaskState, { lambda, task, service }: Interpretation) {
  if (state.Resource.endsWith(":lambda:invoke")) {
    return async ({ Payload }: { Payload: unknown }) => ({ Payload: (await lambda(name, Payload)) ?? null });
  }
  if (state.Resource.includes(":aws-sdk:")) {
    return async (parameters: unknown) => {
      if (service) return service(name, parameters);
      throw new DecantError("Defect", `Expected one machine to train, since this is one, but the run came to ${name}.`);
    };
  }
  return async ({ ContainerOverrides }: { ContainerOverrides: { Environment: { Name: string; Value: string }[] } }) => {
    await task(name, Object.fromEntries(ContainerOverrides.Environment.map(({ Name, Value }) => [Name, Value])));
    return {};
  };
}

function reasonOf(error: unknown, fatal: DecantError | undefined): DecantError {
  // An ExecutionError, whose cause carries the name that the execution failed with.
  const cause = error instanceof Error ? (error.cause as Error | undefined) : undefined;
  const name = cause?.name ?? "Defect";
  if (fatal?.code === name) return fatal; // with each of its problems
  return executionError(name, cause?.message ?? String(error));
}
