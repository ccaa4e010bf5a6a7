// runs/<run>/job.json: the resolved job of a run, and the folder that its relative paths start from.
import { DecantError } from "../core/errors/problem.ts";
import type { ResolvedJob } from "../core/job/resolved-job.ts";
import { canonicalJson } from "../core/store/canonical-json.ts";
import { runFolder } from "../core/store/path-rules.ts";
import type { Store } from "../core/store/store.ts";
import type { Trigger } from "../core/trigger/trigger.ts";
import { replaceObject } from "./replace-object.ts";
import type { RunClock } from "./run-clock.ts";

export interface RunJob {
  readonly job: ResolvedJob;
  /** Absolute, or the inbox's s3:// address. */
  readonly folder: string;
  /** In the cloud: what started the run. */
  readonly origin?: RunOrigin;
  /** On a laptop: when its first session began. */
  readonly clock?: RunClock;
}

export interface RunOrigin {
  readonly trigger: Trigger;
  /** Sorts runs of a job by how new their source is: core/trigger/source-order.ts. */
  readonly order: string;
  /** Epoch ms: when the record was written, from which the promised time counts. */
  readonly accepted_ms: number;
}

export async function readRunJob(services: { readonly store: Store }, run: string): Promise<RunJob> {
  const object = await services.store.get(runJobPath(run));
  if (!object) {
    throw new DecantError("InvalidInput", `Expected a run named ${run}, but the store holds none: see decant status.`);
  }
  try {
    const { job, folder, origin, clock } = JSON.parse(new TextDecoder().decode(object.bytes)) as RunJob;
    if (typeof job.name !== "string" || typeof folder !== "string") throw new TypeError("job or folder is missing");
    return { job, folder, ...(origin && { origin }), ...(clock && { clock }) };
  } catch (cause) {
    const message = `Expected a readable job in runs/${run}/job.json: run the job's file again, which writes it anew.`;
    throw new DecantError("StoreFailed", message, { cause });
  }
}

/** Written at every start: the folder may have moved since, which changes no result. */
export async function writeRunJob(services: { readonly store: Store }, run: string, runJob: RunJob): Promise<void> {
  await replaceObject(services.store, runJobPath(run), runJobBytes(runJob));
}

export function runJobPath(run: string): string {
  return `${runFolder(run)}/job.json`;
}

export function runJobBytes(runJob: RunJob): Uint8Array {
  return new TextEncoder().encode(`${canonicalJson(runJob)}\n`);
}
