// A job that runs again on its schedule, with the real handlers and, in place of training, models that are there at once:
// on unchanged data nothing is done again; on changed data the challenger meets the champion on the common test images.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { interpret } from "../../cli/laptop/interpret.ts";
import { loadJob } from "../../cli/load-job.ts";
import { WORKFLOW } from "../../core/workflow/document.ts";
import { HANDLERS } from "../../lambdas/list.ts";
import type { Published } from "../../lambdas/publish.ts";
import { writeRunJob } from "../../lambdas/run-job.ts";
import type { Services } from "../../lambdas/services.ts";
import { folderServices } from "../fixtures/folder-services.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { layTinyJob, type TinyJob } from "../fixtures/tiny-job.ts";
import { trainAtOnce } from "../fixtures/train-at-once.ts";

interface Session {
  readonly tasks: readonly string[];
  readonly published: Published;
}

/** One time of the schedule. */
async function runAt(hour: number, job: TinyJob, services: Services): Promise<Session> {
  const run = `tiny-${hour}`;
  const time = `2030-01-01T0${hour}:00:00.000Z`;
  const loaded = await loadJob(job.job);
  const trigger = { bucket: "inbox", key: "scheduled/tiny.yaml", time };
  await writeRunJob(services, run, { ...loaded, origin: { trigger, order: time, accepted_ms: 0 } });
  const tasks: string[] = [];
  let published: unknown;
  await interpret({
    document: WORKFLOW,
    input: { run, map_concurrency: 1, deadline_ms: null, target_function: 0 },
    lambda: async (state, payload) => {
      const answer = await HANDLERS[state]!(payload, services);
      if (state === "Publish") published = answer;
      return answer;
    },
    task: async (state, { INPUT = "" }) => {
      tasks.push(state);
      await trainAtOnce(JSON.parse(await readFile(INPUT, "utf8")), services, job);
    },
    signal: services.signal,
  });
  return { tasks, published: published as Published };
}

/** Brings more pictures of one colour: new bytes, so new samples. */
async function addPictures({ job }: TinyJob): Promise<void> {
  for (let index = 0; index < 12; index += 1) {
    const background = { r: 200 + index, g: 40, b: 40 };
    const image = sharp({ create: { width: 72, height: 72, channels: 3, background } });
    await image.png().toFile(join(dirname(job), "data", "red", `more-${index}.png`));
  }
}

describe("a scheduled run", () => {
  it("of unchanged data trains nothing, and the champion stays what it is", async () => {
    const job = await layTinyJob();
    const services = folderServices(temporaryFolder());
    const first = await runAt(1, job, services);
    expect(first.tasks).toEqual(expect.arrayContaining(["Profile", "FineTune", "Compress"]));
    expect(first.published.champion.outcome).toBe("first");
    const again = await runAt(2, job, services);
    expect(again.tasks).toEqual([]);
    expect(again.published.champion.outcome).toBe("unchanged");
    expect(again.published.manifest_sha256).toBe(first.published.manifest_sha256);
  }, 120_000);

  it("of changed data trains again, and is held against the champion on the test images of both", async () => {
    const job = await layTinyJob();
    const services = folderServices(temporaryFolder());
    await runAt(1, job, services);
    await addPictures(job);
    const { tasks, published } = await runAt(2, job, services);
    expect(tasks).toEqual(expect.arrayContaining(["FineTune", "Compress"]));
    // Some fifteen test images can't show that it isn't worse by a point: it is published, and the champion stays.
    expect(published.champion).toMatchObject({ outcome: "not-promoted", comparison: { difference_points: 0 } });
    const { n } = published.champion.comparison!;
    expect(n).toBeGreaterThan(10);
    expect(n).toBeLessThan(30);
  }, 120_000);
});
