// StartRun: a trigger becomes one run, however often, late or out of order it is told. The record runs/<run>/job.json is
// written before the execution is started; both are create-only, so that a call cut off anywhere is done again safely.
import { DecantError, type Problem } from "../core/errors/problem.ts";
import type { Store } from "../core/store/store.ts";
import { cloudJob } from "../core/trigger/cloud-job.ts";
import { executionName } from "../core/trigger/execution-name.ts";
import type { ExecutionStarter } from "../core/trigger/execution-starter.ts";
import type { Inbox, InboxVersion } from "../core/trigger/inbox.ts";
import { orderOfSchedule, orderOfVersion } from "../core/trigger/source-order.ts";
import type { Trigger } from "../core/trigger/trigger.ts";
import { receivedPath, refusalPath, settledPath } from "../core/trigger/trigger-paths.ts";
import type { RunInput } from "../core/workflow/payload.ts";
import { targetFunctionOf } from "../core/workflow/target-function.ts";
import { type RunJob, type RunOrigin, readRunJob, runJobBytes, runJobPath } from "./run-job.ts";

/** Candidates at work at once: each has a machine of its own, so none disturbs another's measurements. */
const MAP_CONCURRENCY = 4;

export interface StartServices {
  readonly store: Store;
  readonly inbox: Inbox;
  readonly executions: ExecutionStarter;
  readonly sha256: (text: string) => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export type StartOutcome = "started" | "already-settled" | "already-there" | "refused";

export interface Started {
  readonly run: string;
  readonly outcome: StartOutcome;
  readonly problems?: readonly Problem[];
}

type AcceptedRun = RunJob & { readonly origin: RunOrigin };

export async function startRun(trigger: Trigger, services: StartServices): Promise<Started> {
  const { store } = services;
  const run = executionName(trigger, services.sha256);
  if (await store.get(settledPath(run))) return { run, outcome: "already-settled" };
  await store.putIfAbsent(receivedPath(run), json(trigger));
  const accepted = await accept(run, trigger, services);
  if ("problems" in accepted) {
    const refusal = { code: "InvalidJob", problems: accepted.problems, at: new Date(services.now()).toISOString() };
    await store.putIfAbsent(refusalPath(run), json(refusal));
    await store.putIfAbsent(settledPath(run), json({ outcome: "refused" }));
    return { run, outcome: "refused", problems: accepted.problems };
  }
  const outcome = await services.executions.start(run, executionInput(run, accepted));
  await store.putIfAbsent(settledPath(run), json({ outcome: "started" }));
  return { run, outcome };
}

/** The record of the run: the one that is there, or a new one; of two written at once both callers read the first. */
async function accept(
  run: string,
  trigger: Trigger,
  services: StartServices,
): Promise<AcceptedRun | { readonly problems: readonly Problem[] }> {
  const { store, inbox, now } = services;
  if (!(await store.get(runJobPath(run)))) {
    const bytes = await inbox.read(trigger.key, "version" in trigger ? trigger.version : undefined);
    const order = await orderOf(trigger, inbox);
    if (bytes === undefined || order === undefined) {
      const message =
        "Expected a job file in the inbox, but it was deleted before its run started: put it there again.";
      return { problems: [{ message, where: trigger.key }] };
    }
    const parsed = cloudJob(bytes, inbox.bucket, trigger.key);
    if ("problems" in parsed) return parsed;
    const origin: RunOrigin = { trigger, order, accepted_ms: now() };
    await store.putIfAbsent(runJobPath(run), runJobBytes({ job: parsed.job, folder: `s3://${inbox.bucket}/`, origin }));
  }
  return (await readRunJob({ store }, run)) as AcceptedRun;
}

async function orderOf(trigger: Trigger, inbox: Inbox): Promise<string | undefined> {
  if ("time" in trigger) return orderOfSchedule(trigger);
  const versions: InboxVersion[] = [];
  for await (const version of inbox.versions(trigger.key)) if (version.key === trigger.key) versions.push(version);
  return orderOfVersion(versions, trigger.version);
}

/** Follows from the record alone, so that a second start of the same run has the same input. */
function executionInput(run: string, { job, origin }: AcceptedRun): RunInput {
  const { time_s } = job.budget;
  const deadline_ms = time_s === undefined ? null : origin.accepted_ms + 1000 * time_s;
  const target_function = targetFunctionOf(job.target.device);
  if (target_function === undefined)
    throw new DecantError(
      "Defect",
      `Expected an accepted job to name a device of the cloud, got ${job.target.device}.`,
    );
  return { run, map_concurrency: MAP_CONCURRENCY, deadline_ms, target_function, distributed: true };
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}
