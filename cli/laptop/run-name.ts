// The run's name on this machine: the same job on the same data is the same run, so the same command goes on with it.
import { runId } from "../../core/job/run-id.ts";
import { readData } from "../../lambdas/read-data.ts";
import type { RunJob } from "../../lambdas/run-job.ts";
import type { Services } from "../../lambdas/services.ts";

/** Reads the data; what it hashes is remembered, so that Plan does not hash it again. */
export async function nameRun(services: Services, { job, folder }: RunJob): Promise<string> {
  const { manifest } = await readData(services, job, folder);
  return runId(job, manifest.manifest_hash, services.sha256);
}
