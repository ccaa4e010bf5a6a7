// kill -9 at 20 random instants of a small real job: the same command goes on, and model.onnx comes out the same.
import { describe, expect, it } from "vitest";
import { runKilled, runUnbroken, trainingProblem } from "../fixtures/kill-and-resume.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { layTinyJob } from "../fixtures/tiny-job.ts";

const problem = trainingProblem();

describe.skipIf(problem)(`a run that is killed${problem ? ` (skipped: ${problem})` : ""}`, () => {
  it("goes on to the same bytes after 20 kills", { timeout: 3_600_000 }, async () => {
    const job = await layTinyJob(["size: 3 MB"]);
    const stores = temporaryFolder();
    const unbroken = await runUnbroken(job, `${stores}/unbroken`);
    const { kills, hashes } = await runKilled(job, `${stores}/killed`, { count: 20, seed: 4, within_s: 30 });
    console.info(
      kills.map(({ at_ms, children, state }) => `${at_ms} ms ${children ? "all" : "alone"} ${state}`).join("\n"),
    );
    expect(new Set(hashes)).toEqual(new Set([unbroken]));
  });
});
