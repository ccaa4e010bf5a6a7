// runs/<run>/job.json: the resolved job of a run, and the folder that its relative paths start from.
import { DecantError } from "../core/errors/problem.ts";
import type { ResolvedJob } from "../core/job/resolved-job.ts";
import { canonicalJson } from "../core/store/canonical-json.ts";
import type { Store } from "../core/store/store.ts";
import { replaceObject } from "./replace-object.ts";

export interface RunJob {
  readonly job: ResolvedJob;
  /** Absolute. */
  readonly folder: string;
}

export async function readRunJob(services: { readonly store: Store }, run: string): Promise<RunJob> {
  const object = await services.store.get(`runs/${run}/job.json`);
  if (!object) {
    throw new DecantError("InvalidInput", `Expected a run named ${run}, but the store holds none: see decant status.`);
  }
  try {
    const { job, folder } = JSON.parse(new TextDecoder().decode(object.bytes)) as RunJob;
    if (typeof job.name !== "string" || typeof folder !== "string") throw new TypeError("job or folder is missing");
    return { job, folder };
  } catch (cause) {
    const message = `Expected a readable job in runs/${run}/job.json: run the job's file again, which writes it anew.`;
    throw new DecantError("StoreFailed", message, { cause });
  }
}

/** Written at every start: the folder may have moved since, which changes no result. */
export async function writeRunJob(services: { readonly store: Store }, run: string, runJob: RunJob): Promise<void> {
  await replaceObject(services.store, `runs/${run}/job.json`, new TextEncoder().encode(`${canonicalJson(runJob)}\n`));
}
