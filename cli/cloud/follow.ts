// Follows a run in the cloud until it ends: its states as they are entered and left.
import { setTimeout as wait } from "node:timers/promises";
import type { Execution, Executions, StateEvent } from "../../adapters/aws/executions.ts";
import { DecantError, type Problem } from "../../core/errors/problem.ts";
import type { RunEvent } from "../progress/run-event.ts";

const POLL_MS = 3000;
/** Between putting a job and its execution lie EventBridge and the starter: seconds; minutes where something is wrong. */
const START_MS_MAX = 180_000;

export interface FollowRequest {
  readonly executions: Executions;
  /** Why the starter refused the run's job, where it did. */
  readonly refusal: () => Promise<readonly Problem[] | undefined>;
  readonly run: string;
  readonly emit: (event: RunEvent) => void;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/**
 * How the run ended. Stopping to follow stops nothing in the cloud. Throws InvalidJob where its job was
 * refused, CloudFailed where it does not start.
 */
export async function followRun(request: FollowRequest): Promise<Execution> {
  const { executions, run, signal } = request;
  const asked_ms = request.now();
  const entered = new Map<string, number>();
  let last = 0;
  for (;;) {
    const execution = await executions.describe(run);
    if (execution) {
      for (const event of await executions.events(run, last)) {
        tell(event, entered, request.emit);
        last = event.id;
      }
      if (execution.state !== "RUNNING") return execution;
    } else {
      await throwRefusal(request);
      if (request.now() - asked_ms > START_MS_MAX) throw notStarted(run);
    }
    await wait(POLL_MS, undefined, { signal });
  }
}

async function throwRefusal({ refusal }: FollowRequest): Promise<void> {
  const problems = await refusal();
  if (problems) throw new DecantError("InvalidJob", problems);
}

function tell(event: StateEvent, entered: Map<string, number>, emit: FollowRequest["emit"]): void {
  const { state, at_ms } = event;
  if (event.entered) {
    entered.set(state, at_ms);
    const candidate = candidateOf(event.input);
    emit({ event: "state", state, status: "entered", ...(candidate !== undefined && { candidate }) });
  } else {
    emit({ event: "state", state, status: "succeeded", seconds: (at_ms - (entered.get(state) ?? at_ms)) / 1000 });
  }
}

function candidateOf(input: unknown): string | undefined {
  const candidate = (input as { candidate?: { id?: unknown } } | null | undefined)?.candidate?.id;
  return typeof candidate === "string" ? candidate : undefined;
}

function notStarted(run: string): DecantError {
  const message = `Expected run ${run} to start within ${START_MS_MAX / 1000} s, but it has not. The sweeper starts lost jobs every 15 minutes; if that doesn't help either, look at the starter's dead-letter queue (docs/operations.md).`;
  return new DecantError("CloudFailed", message);
}
