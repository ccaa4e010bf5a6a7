// Reads a job file: the resolved job and the folder that its relative paths start from.
import { open } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { DecantError } from "../core/errors/problem.ts";
import { parseJob } from "../core/job/parse-job.ts";
import { JOB_TEXT_LIMIT } from "../core/job/read-yaml.ts";
import type { ResolvedJob } from "../core/job/resolved-job.ts";
import { targetProblems } from "../core/job/target-problems.ts";

export interface LoadedJob {
  readonly job: ResolvedJob;
  /** Absolute folder of the job file. */
  readonly folder: string;
}

/** Throws InvalidJob with every problem. @param devices what can be measured here; left out: any */
export async function loadJob(path: string, devices?: readonly string[]): Promise<LoadedJob> {
  const file = resolve(path);
  const parsed = parseJob(await readText(file, path), basename(file));
  if ("problems" in parsed) throw new DecantError("InvalidJob", parsed.problems);
  const problems = devices ? targetProblems(parsed.job, devices) : [];
  if (problems.length > 0) throw new DecantError("InvalidJob", problems);
  return { job: parsed.job, folder: dirname(file) };
}

async function readText(file: string, shown: string): Promise<string> {
  const refuse = (message: string, cause?: unknown) =>
    new DecantError("InvalidJob", [{ message, where: shown }], { cause });
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(file, "r");
  } catch (cause) {
    throw refuse(`Expected a job file, but it can't be read (${(cause as NodeJS.ErrnoException).code}).`, cause);
  }
  try {
    const facts = await handle.stat();
    if (facts.isDirectory()) throw refuse("Expected a job file, got a folder: name the decant.yaml inside.");
    if (!facts.isFile()) throw refuse("Expected a job file, got a device or pipe.");
    // Up to four bytes a character; parseJob counts characters.
    if (facts.size > 4 * JOB_TEXT_LIMIT)
      throw refuse(`Expected at most ${JOB_TEXT_LIMIT} characters, got ${facts.size} bytes.`);
    return new TextDecoder("utf-8", { fatal: true }).decode(await handle.readFile());
  } catch (cause) {
    if (cause instanceof DecantError) throw cause;
    throw refuse("Expected UTF-8 text.", cause);
  } finally {
    await handle.close();
  }
}
