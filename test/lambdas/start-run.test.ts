// The starter and the sweeper: one run a trigger, whatever happens to the events.
import { describe, expect, it } from "vitest";
import { executionName } from "../../core/trigger/execution-name.ts";
import { readRunJob } from "../../lambdas/run-job.ts";
import { type StartServices, startRun } from "../../lambdas/start-run.ts";
import { sweep } from "../../lambdas/sweep.ts";
import { INBOX, jobText, type PutVersion, triggerHome } from "../fixtures/trigger-home.ts";

const KEY = "jobs/flowers.yaml";
const put = (version: string, text: string, key = KEY, modified_ms = 0): PutVersion => ({
  key,
  version,
  modified_ms,
  text,
});
const trigger = { bucket: INBOX, key: KEY, version: "v1" };
const json = async (services: StartServices, path: string) =>
  JSON.parse(new TextDecoder().decode((await services.store.get(path))!.bytes)) as unknown;

describe("the starter", () => {
  it("writes the record and starts an execution of the same name, whose input follows from the record", async () => {
    const home = triggerHome([put("v1", jobText("flowers"))]);
    const { run, outcome } = await startRun(trigger, home);
    expect(outcome).toBe("started");
    const { job, folder, origin } = await readRunJob(home, run);
    expect(job).toMatchObject({ name: "flowers", data: { source: `s3://${INBOX}/data/flowers/` } });
    expect(folder).toBe(`s3://${INBOX}/`);
    expect(origin).toMatchObject({ trigger, order: "1970-01-01T00:00:00.000Z/000000" });
    expect(home.started.get(run)).toEqual({
      run,
      map_concurrency: 4,
      target_function: 1,
      distributed: true,
      deadline_ms: origin!.accepted_ms + 3_600_000,
    });
  });

  it("starts nothing again, also not after the execution's name has returned", async () => {
    const home = triggerHome([put("v1", jobText("flowers"))]);
    await startRun(trigger, home);
    expect((await startRun(trigger, home)).outcome).toBe("already-settled");
    expect((await sweep(home)).started).toEqual([]);
    expect(home.asked()).toBe(1);
  });

  it("takes an execution that is there already for success", async () => {
    const home = triggerHome([put("v1", jobText("flowers"))]);
    const there: StartServices = { ...home, executions: { start: async () => "already-there" } };
    expect((await startRun(trigger, there)).outcome).toBe("already-there");
    expect((await startRun(trigger, home)).outcome).toBe("already-settled");
  });

  it("asks with the same input when an attempt died before StartExecution", async () => {
    const home = triggerHome([put("v1", jobText("flowers"))]);
    const died = { ...home, executions: { start: () => Promise.reject(new Error("cut off")) } };
    await expect(startRun(trigger, died)).rejects.toThrow("cut off");
    const run = executionName(trigger, home.sha256);
    const { origin } = await readRunJob(home, run);
    await startRun(trigger, home);
    expect(home.started.get(run)?.deadline_ms).toBe(origin!.accepted_ms + 3_600_000);
  });

  it("refuses a job that the cloud can't run, once, with every reason, and starts nothing", async () => {
    const home = triggerHome([put("v1", jobText("flowers", { device: "this-machine" }))]);
    const { run, outcome } = await startRun(trigger, home);
    expect(outcome).toBe("refused");
    expect(await json(home, `runs/${run}/refusal.json`)).toMatchObject({
      code: "InvalidJob",
      problems: [{ message: expect.stringContaining("lambda-arm64") as string }],
    });
    expect((await startRun(trigger, home)).outcome).toBe("already-settled");
    expect(await home.store.get(`runs/${run}/job.json`)).toBeUndefined();
    expect(home.asked()).toBe(0);
  });

  it("refuses a version that was deleted before its run started", async () => {
    const { outcome, problems } = await startRun(trigger, triggerHome([]));
    expect(outcome).toBe("refused");
    expect(problems?.[0]?.message).toContain("deleted");
  });

  it("gives each time of a schedule a run of the latest version", async () => {
    const key = "scheduled/flowers.yaml";
    const home = triggerHome([put("v1", jobText("old"), key), put("v2", jobText("flowers"), key)]);
    const times = ["2030-01-01T00:00:00.000Z", "2030-01-08T00:00:00.000Z"];
    for (const time of [...times, ...times]) await startRun({ bucket: INBOX, key, time }, home);
    expect(home.started.size).toBe(2);
    for (const run of home.started.keys()) expect((await readRunJob(home, run)).job.name).toBe("flowers");
  });
});

describe("the sweeper", () => {
  it("starts what no event told of, and goes on past what can't be started", async () => {
    const home = triggerHome([
      put("v1", jobText("a"), "jobs/a.yaml"),
      put("v1", jobText("b"), "jobs/b.yaml"),
      put("v1", "a note", "jobs/read-me.txt"),
    ]);
    const failing: StartServices = {
      ...home,
      executions: {
        start: (name, input) =>
          name.startsWith("a-") ? Promise.reject(new Error("no")) : home.executions.start(name, input),
      },
    };
    const swept = await sweep(failing);
    expect(swept.errors.map(({ run }) => run.slice(0, 2))).toEqual(["a-"]);
    expect([...home.started.keys()].map((run) => run.slice(0, 2))).toEqual(["b-"]);
    expect((await sweep(home)).started.map(({ outcome }) => outcome)).toEqual(["started"]);
  });

  it("starts a schedule's run that was received and cut off", async () => {
    const key = "scheduled/flowers.yaml";
    const home = triggerHome([put("v1", jobText("flowers"), key)]);
    const died = { ...home, executions: { start: () => Promise.reject(new Error("cut off")) } };
    await expect(startRun({ bucket: INBOX, key, time: "2030-01-01T00:00:00.000Z" }, died)).rejects.toThrow("cut off");
    expect((await sweep(home)).started).toHaveLength(1);
    expect(home.started.size).toBe(1);
  });
});
