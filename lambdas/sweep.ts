// Sweep: finds what an event should have started and didn't. Every version of a job file in the inbox, and every trigger
// that was received but not settled, goes through the starter again, which starts nothing twice.

import { executionName } from "../core/trigger/execution-name.ts";
import type { InboxVersion } from "../core/trigger/inbox.ts";
import { isJobKey, type ObjectTrigger, type Trigger } from "../core/trigger/trigger.ts";
import { RECEIVED_PREFIX, receivedPath, runOfPath, SETTLED_PREFIX } from "../core/trigger/trigger-paths.ts";
import { JOBS_PREFIX } from "../core/workflow/deployment.ts";
import { type Started, type StartServices, startRun } from "./start-run.ts";

export interface Swept {
  readonly started: readonly Started[];
  /** One trigger that can't be started must not keep the others from it. */
  readonly errors: readonly { readonly run: string; readonly error: unknown }[];
}

export async function sweep(services: StartServices): Promise<Swept> {
  const settled = await runsUnder(services, SETTLED_PREFIX);
  const open = new Map<string, Trigger>();
  for await (const version of services.inbox.versions(JOBS_PREFIX)) {
    if (!isJobKey(version.key)) continue;
    const trigger = triggerOf(version, services.inbox.bucket);
    const run = executionName(trigger, services.sha256);
    if (!settled.has(run)) open.set(run, trigger);
  }
  for (const run of await runsUnder(services, RECEIVED_PREFIX)) {
    if (settled.has(run) || open.has(run)) continue;
    const object = await services.store.get(receivedPath(run));
    if (object) open.set(run, JSON.parse(new TextDecoder().decode(object.bytes)) as Trigger);
  }
  return startAll(open, services);
}

async function startAll(open: ReadonlyMap<string, Trigger>, services: StartServices): Promise<Swept> {
  const started: Started[] = [];
  const errors: { run: string; error: unknown }[] = [];
  for (const [run, trigger] of open) {
    try {
      started.push(await startRun(trigger, services));
    } catch (error) {
      errors.push({ run, error });
    }
  }
  return { started, errors };
}

async function runsUnder({ store }: StartServices, prefix: string): Promise<ReadonlySet<string>> {
  const runs = new Set<string>();
  for await (const path of store.list(prefix)) runs.add(runOfPath(path));
  return runs;
}

function triggerOf({ key, version }: InboxVersion, bucket: string): ObjectTrigger {
  return { bucket, key, version };
}
