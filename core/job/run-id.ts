// The laptop's name of a run: the same job on the same data is the same run, so the same command goes on with it.
import { canonicalJson } from "../store/canonical-json.ts";
import type { ResolvedJob } from "./resolved-job.ts";

const HASH_DIGITS = 12;

/** SHA-256 of a resolved job's canonical JSON. */
export function jobHash(job: ResolvedJob, sha256: (text: string) => string): string {
  return sha256(canonicalJson(job));
}

/** `<job name>-<12 hex digits>`. @param manifestHash PlanRecord.manifest_hash */
export function runId(job: ResolvedJob, manifestHash: string, sha256: (text: string) => string): string {
  const hash = sha256(canonicalJson({ job: jobHash(job, sha256), manifest: manifestHash }));
  return `${job.name}-${hash.slice(0, HASH_DIGITS)}`;
}
