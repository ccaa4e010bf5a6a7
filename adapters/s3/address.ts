// s3://bucket/prefix: where a store, a data source or a step's folder lies in a bucket.
import { DecantError } from "../../core/errors/problem.ts";
import { pathProblem } from "../../core/store/path-rules.ts";

export interface S3Address {
  readonly bucket: string;
  /** Without slashes at either end; empty: the whole bucket. */
  readonly prefix: string;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function isS3Address(text: string): boolean {
  return /^s3:\/\//i.test(text);
}

/** Throws InvalidInput on what is not s3://bucket or s3://bucket/prefix with plain names. */
export function parseS3Address(text: string): S3Address {
  const [, bucket = "", rest = ""] = /^s3:\/\/([^/]*)(.*)$/s.exec(text) ?? [];
  const prefix = trimSlashes(rest);
  const problem = prefix === "" ? undefined : pathProblem(prefix);
  if (BUCKET.test(bucket) && problem === undefined) return { bucket, prefix };
  const reason = BUCKET.test(bucket)
    ? problem
    : "A bucket's name has 3 to 63 lower-case letters, digits, dots and dashes.";
  throw new DecantError(
    "InvalidInput",
    `Expected an address like s3://bucket/prefix, got ${JSON.stringify(text.slice(0, 200))}. ${reason}`,
  );
}

export function formatS3Address({ bucket, prefix }: S3Address): string {
  return prefix === "" ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
}

/** The key of a store path. Throws StoreFailed on a path that could leave the store. */
export function keyOf({ prefix }: S3Address, path: string): string {
  const problem = pathProblem(path);
  if (problem !== undefined) throw new DecantError("StoreFailed", problem);
  return keyUnder(prefix, path);
}

/** A key below a prefix that may be empty or end in a slash. */
export function keyUnder(prefix: string, rest: string): string {
  const folder = trimSlashes(prefix);
  return folder === "" ? rest : `${folder}/${rest}`;
}

function trimSlashes(text: string): string {
  return text.replace(/^\/+|\/+$/g, "");
}
