// What a run in the cloud left in the artifact bucket: its report and its artifact.
import { createHash } from "node:crypto";
import { createS3Client } from "../../adapters/s3/client.ts";
import { createS3Store } from "../../adapters/s3/store.ts";
import type { Problem } from "../../core/errors/problem.ts";
import type { ReportModel } from "../../core/report/report-model.ts";
import type { Store } from "../../core/store/store.ts";
import { refusalPath } from "../../core/trigger/trigger-paths.ts";
import type { Deployment } from "../../core/workflow/deployment.ts";
import { resultTable } from "../progress/result-table.ts";

export const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

export interface CloudResult {
  readonly artifact: string | null;
  readonly report: string | null;
  readonly table: readonly string[];
}

export function artifactStore({ Region, ArtifactBucket }: Deployment): Store {
  return createS3Store({ client: createS3Client({ region: Region }), bucket: ArtifactBucket, prefix: "" });
}

/** Addresses of what is there; null for what isn't. */
export async function cloudResult(deployment: Deployment, run: string): Promise<CloudResult> {
  const store = artifactStore(deployment);
  const found = await store.get(`runs/${run}/report.json`);
  if (!found) return { artifact: null, report: null, table: [] };
  const model = JSON.parse(new TextDecoder().decode(found.bytes)) as ReportModel;
  const folder = `s3://${deployment.ArtifactBucket}/runs/${run}`;
  const published = (await store.get(`runs/${run}/artifact/manifest.json`)) !== undefined;
  return {
    artifact: published ? `${folder}/artifact` : null,
    report: `${folder}/report.html`,
    table: ["", ...resultTable(model), ""],
  };
}

/** Why the starter refused the run's job; undefined where it didn't. */
export async function refusalOf(deployment: Deployment, run: string): Promise<readonly Problem[] | undefined> {
  const found = await artifactStore(deployment).get(refusalPath(run));
  if (!found) return undefined;
  return (JSON.parse(new TextDecoder().decode(found.bytes)) as { problems: readonly Problem[] }).problems;
}
