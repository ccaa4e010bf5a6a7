// The text of a job file in the inbox -> the job as the cloud runs it, or every reason why it can't. Relative paths mean
// the inbox itself.
import type { Problem } from "../errors/problem.ts";
import { type ParsedJob, parseJob } from "../job/parse-job.ts";
import { JOB_TEXT_LIMIT } from "../job/read-yaml.ts";
import type { ResolvedJob } from "../job/resolved-job.ts";
import { targetProblems } from "../job/target-problems.ts";
import { TARGET_FUNCTIONS, TARGET_THREADS_MAX } from "../workflow/target-function.ts";

/** Devices that a Lambda function measures. */
export const CLOUD_DEVICES: readonly string[] = TARGET_FUNCTIONS.map(({ device }) => device).sort();

export function cloudJob(bytes: Uint8Array, bucket: string, key: string): ParsedJob {
  if (bytes.length > 4 * JOB_TEXT_LIMIT)
    return { problems: [{ message: `Expected at most ${JOB_TEXT_LIMIT} characters, got more.`, where: key }] };
  const text = decode(bytes);
  if (text === undefined) return { problems: [{ message: "Expected UTF-8 text.", where: key }] };
  const parsed = parseJob(text, key);
  if ("problems" in parsed) return parsed;
  const { job } = parsed;
  const source = sourceInBucket(job.data.source, bucket);
  const problems = [
    ...targetProblems(job, CLOUD_DEVICES),
    ...threadProblems(job),
    ...weightsProblems(job),
    ...(source.problems ?? []),
  ];
  if (problems.length > 0) return { problems: problems.map((problem) => ({ ...problem, where: place(key, problem) })) };
  return { job: { ...job, data: { ...job.data, source: source.address ?? job.data.source } } };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function sourceInBucket(source: string, bucket: string): { address?: string; problems?: Problem[] } {
  if (source.startsWith("s3://")) return { address: source };
  const refuse = (message: string) => ({ problems: [{ message, where: "/data/source" }] });
  if (/^(?:[\\/]|[A-Za-z]:[\\/])/.test(source))
    return refuse(`Expected s3://bucket/prefix/ or a path in the inbox, got a path of one machine: ${source}.`);
  const segments = source.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..")) return refuse(`Expected a path inside the inbox, got one that leads out: ${source}.`);
  if (segments.length === 0) return refuse("Expected a folder in the inbox, got the whole bucket.");
  return { address: `s3://${bucket}/${segments.join("/")}${source.endsWith("/") ? "/" : ""}` };
}

function threadProblems({ target }: ResolvedJob): Problem[] {
  if (target.threads <= TARGET_THREADS_MAX) return [];
  const message = `Expected ${TARGET_THREADS_MAX} thread in the cloud, whose measuring functions have one vCPU, got ${target.threads}.`;
  return [{ message, where: "/target/threads" }];
}

function weightsProblems({ model }: ResolvedJob): Problem[] {
  if (!model.teacher.startsWith("file:")) return [];
  const message =
    "Expected weights that the cloud can read (auto, timm:NAME or s3://bucket/key), got a file of one machine.";
  return [{ message, where: "/model/teacher" }];
}

function place(key: string, { where }: Problem): string {
  return where === undefined ? key : `${key} (${where})`;
}
