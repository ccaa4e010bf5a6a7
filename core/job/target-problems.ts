// Whether a job's device can be measured where the command runs, and has that many threads.
import type { Problem } from "../errors/problem.ts";
import { targetOf } from "../targets/list.ts";
import { listWords } from "../text/did-you-mean.ts";
import type { ResolvedJob } from "./resolved-job.ts";

/** @param available devices that this home of the workflow can measure, e.g. ["this-machine"] on a laptop */
export function targetProblems(job: ResolvedJob, available: readonly string[]): Problem[] {
  const { device, threads } = job.target;
  const problems: Problem[] = [];
  if (!available.includes(device)) {
    const message = `Expected a device that can be measured here (${listWords(available)}), got ${device}.`;
    problems.push({ message, where: "/target/device" });
  }
  const most = targetOf(device)?.threads_max ?? null;
  if (most !== null && threads > most) {
    problems.push({
      message: `Expected at most ${most} threads on ${device}, got ${threads}.`,
      where: "/target/threads",
    });
  }
  return problems;
}
