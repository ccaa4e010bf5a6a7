// Names of runs.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseJob } from "../../../core/job/parse-job.ts";
import type { ResolvedJob } from "../../../core/job/resolved-job.ts";
import { runId } from "../../../core/job/run-id.ts";
import { targetProblems } from "../../../core/job/target-problems.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function job(extra = "", device = "this-machine"): ResolvedJob {
  const text = `version: 1\nname: flowers\ntask: image-classification\ndata: {source: x}\ntarget: {device: ${device}${extra}}\n`;
  const parsed = parseJob(text, "job.yaml");
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.job;
}

describe("a run's name", () => {
  it("is the job's name and twelve digits", () => {
    expect(runId(job(), "ab", sha256)).toMatch(/^flowers-[0-9a-f]{12}$/);
  });

  it("is the same for the same job on the same data, however it was written", () => {
    expect(runId(job(", threads: 1"), "ab", sha256)).toBe(runId(job(), "ab", sha256));
  });

  it("is another one for another job or other data", () => {
    expect(runId(job(", threads: 2"), "ab", sha256)).not.toBe(runId(job(), "ab", sha256));
    expect(runId(job(), "cd", sha256)).not.toBe(runId(job(), "ab", sha256));
  });
});

describe("a job's target", () => {
  it("must be measurable where the command runs", () => {
    expect(targetProblems(job(), ["this-machine"])).toEqual([]);
    const [problem] = targetProblems(job("", "lambda-arm64"), ["this-machine"]);
    expect(problem?.message).toBe("Expected a device that can be measured here (this-machine), got lambda-arm64.");
  });

  it("must have the threads that are asked for", () => {
    expect(targetProblems(job(", threads: 7", "lambda-arm64"), ["lambda-arm64"])).toHaveLength(1);
    expect(targetProblems(job(", threads: 6", "lambda-arm64"), ["lambda-arm64"])).toEqual([]);
  });
});
