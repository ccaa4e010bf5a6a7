// The quick pass of test/long/kill-and-resume.test.ts: three kills.
import { describe, expect, it } from "vitest";
import { runKilled, runUnbroken, trainingProblem } from "../fixtures/kill-and-resume.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { layTinyJob } from "../fixtures/tiny-job.ts";

const problem = trainingProblem();

describe.skipIf(problem)(`a run that is killed${problem ? ` (skipped: ${problem})` : ""}`, () => {
  it("goes on to the same bytes after three kills", { timeout: 1_200_000 }, async () => {
    const job = await layTinyJob(["size: 3 MB"]);
    const stores = temporaryFolder();
    const unbroken = await runUnbroken(job, `${stores}/unbroken`);
    const { hashes } = await runKilled(job, `${stores}/killed`, { count: 3, seed: 1, within_s: 20 });
    expect(new Set(hashes)).toEqual(new Set([unbroken]));
  });
});
